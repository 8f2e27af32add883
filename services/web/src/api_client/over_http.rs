//! The API at an address, which may be the name of several replicas.

mod aged;
mod spread;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::BoxError;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use aged::{Aged, RetireAt};
use spread::{Lookup, Spread};

/// How long a connection may take to be made, with all addresses that are tried for it.
const CONNECT: Duration = Duration::from_secs(1);
/// The most connections that are kept although nobody uses them.
const KEPT: usize = 32;
/// How long each is kept: less than any server would.
const KEPT_FOR: Duration = Duration::from_secs(5);
/// How long a connection is used. Requests find a new replica after so long, and [`KEPT_FOR`] at the most.
const AGE: Duration = Duration::from_secs(20);

type Sender = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// A client that keeps connections alive for a while, and spreads them over all addresses that the host has.
pub(super) fn client() -> Sender {
    client_by(spread::of_system(), AGE)
}

fn client_by(lookup: Lookup, age: Duration) -> Sender {
    let mut tcp = HttpConnector::new_with_resolver(Spread::new(lookup));
    tcp.set_nodelay(true);
    // Shared by the addresses, so that one which does not answer leaves time for the others.
    tcp.set_connect_timeout(Some(CONNECT));
    let connector = tcp.map_response(move |io| Aged::new(io, age));
    let client: Client<_, Body> = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEPT_FOR)
        .pool_max_idle_per_host(KEPT)
        .build(connector);
    let service = tower::service_fn(move |mut request| {
        let connection = capture_connection(&mut request);
        let asked = client.request(request);
        async move {
            let response = asked.await?;
            let at = response.extensions().get::<RetireAt>();
            if at.is_some_and(|RetireAt(at)| *at <= Instant::now()) {
                // The answer still comes whole; no other request gets the connection.
                if let Some(connected) = &*connection.connection_metadata() {
                    connected.poison();
                }
            }
            Ok(response.map(Body::new))
        }
    });
    BoxCloneSyncService::new(service)
}
