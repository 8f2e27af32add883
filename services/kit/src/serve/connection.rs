//! One connection: HTTP/1.1 or cleartext HTTP/2, until it ends or is told to.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::answer::Answer;
use super::body::Asked;
use super::clock::{Answering, Clock, Clocks};
use super::place::Place;
use super::timed::Timed;

/// The largest head of a request, in bytes.
pub(crate) const HEAD_LIMIT: u32 = 64 * 1024;
/// The most fields in it.
pub(crate) const FIELD_LIMIT: usize = 100;

/// How often a connection is looked at whose state nobody tells.
const LOOK: Duration = Duration::from_millis(50);
/// How long an idle HTTP/2 connection may take to answer to a good-bye.
const IDLE: Duration = Duration::from_millis(500);

/// Who sent a request, in its extensions: `address:port`, or `unix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer(Arc<str>);

impl Peer {
    /// A peer of this name.
    pub fn new(name: &str) -> Peer {
        Peer(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the connections of a group share.
pub(super) struct Connections {
    router: Router,
    clocks: Clocks,
    http: Builder<TokioExecutor>,
    /// Cancelled when clients should make their next requests elsewhere.
    pub(super) farewell: CancellationToken,
    /// Cancelled when connections should end after the answer in flight.
    pub(super) finish: CancellationToken,
    /// Cancelled when they should end at once.
    pub(super) cut_off: CancellationToken,
}

impl Connections {
    pub(super) fn new(router: Router, clocks: Clocks) -> Connections {
        let mut http = Builder::new(TokioExecutor::new());
        // A client may close its side once it has asked, and still wants the answer. The head has our own clock.
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .half_close(true)
            .max_buf_size(HEAD_LIMIT as usize)
            .max_headers(FIELD_LIMIT);
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEAD_LIMIT);
        Connections {
            router,
            clocks,
            http,
            farewell: CancellationToken::new(),
            finish: CancellationToken::new(),
            cut_off: CancellationToken::new(),
        }
    }

    /// Serves one connection to its end.
    pub(super) async fn serve<S>(self: Arc<Self>, stream: S, peer: Peer, mut place: Place)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let clock = Clock::new(self.clocks);
        let io = TokioIo::new(Timed::new(stream, clock.clone()));
        let service = service_fn(|request| {
            let answering = clock.answering();
            let request = Asked::wrap(request, &clock).map(Body::new);
            let kept = (clock.clone(), answering);
            answer(self.router.clone(), request, peer.clone(), kept)
        });
        let mut connection = pin!(self.http.serve_connection(io, service));
        let to_its_end = async {
            tokio::select! {
                ended = connection.as_mut() => return ended,
                () = self.finish.cancelled() => {}
                // On HTTP/1 each answer says it instead.
                () = http2_after(&self.farewell, &clock) => {}
            }
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                // A client that does not answer to HTTP/2's good-bye has nothing more to ask.
                () = idle_http2_after(&self.finish, &clock) => Ok(()),
            }
        };
        let ended = tokio::select! {
            ended = to_its_end => ended,
            () = self.cut_off.cancelled() => return,
            () = clock.is_cut() => Ok(()),
        };
        place.ended(
            clock.late(),
            ended.as_ref().err().map(|error| &**error as _),
        );
        if let Err(error) = ended {
            tracing::debug!(%peer, error, "a connection has failed");
        }
    }
}

/// Waits until the connection is known to speak HTTP/2, once the token is cancelled.
async fn http2_after(token: &CancellationToken, clock: &Clock) {
    token.cancelled().await;
    loop {
        match clock.state().speaks_http2() {
            Some(true) => return,
            Some(false) => break,
            None => {}
        }
        sleep(LOOK).await;
    }
    pending::<()>().await;
}

/// Waits until an HTTP/2 connection has been idle for a while, once the token is cancelled.
async fn idle_http2_after(token: &CancellationToken, clock: &Clock) {
    http2_after(token, clock).await;
    sleep(IDLE).await;
    while !clock.state().is_idle_for(IDLE) {
        sleep(LOOK).await;
    }
}

async fn answer(
    mut router: Router,
    mut request: Request<Body>,
    peer: Peer,
    (clock, answering): (Clock, Answering),
) -> Result<Response<Answer>, Infallible> {
    let version = request.version();
    request.extensions_mut().insert(peer);
    let response = router.call(request).await?;
    Ok(Answer::wrap(response, version, clock, answering))
}
