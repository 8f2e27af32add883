//! The one middleware stack, outermost first: request id, access log and metrics, security headers, `Connection: close`
//! while draining, strictness, the limit of requests in flight.

mod access;
mod busy;
mod draining;
mod record;
mod refusal;
mod request_id;
mod security;
mod strict;

pub use request_id::RequestId;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use tower::ServiceBuilder;

use crate::admin::Health;
use busy::Room;

/// Puts the stack around every route and the fallback of a complete router (routes added afterwards go without it). Of the
/// requests beyond `request_limit` in flight each is answered with 503; 0 is no limit.
///
/// The route template of the log and the metrics is axum's `MatchedPath`, which exists inside the router only.
pub fn apply(router: Router, health: &Health, request_limit: u32) -> Router {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(request_id::layer))
            .layer(from_fn(access::layer))
            .layer(map_response(security::headers))
            .layer(from_fn_with_state(health.clone(), draining::layer))
            .layer(from_fn(strict::layer))
            .layer(from_fn_with_state(Room::new(request_limit), busy::layer)),
    )
}

/// The same for probes and scrapes, which are logged at debug and not counted.
pub(crate) fn apply_quietly(router: Router, health: &Health) -> Router {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(request_id::layer))
            .layer(from_fn(access::quiet_layer))
            .layer(from_fn_with_state(health.clone(), draining::layer))
            .layer(from_fn(strict::layer)),
    )
}
