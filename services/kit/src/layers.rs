//! The one middleware stack, outermost first: who asked, request id, access log and metrics, security headers,
//! `Connection: close` while draining, strictness, the limit of requests in flight, the limit of time.

mod access;
mod busy;
mod deadline;
mod draining;
mod failure;
mod forwarded;
mod received;
mod record;
mod refusal;
mod request_id;
mod security;
mod strict;

pub use deadline::{Streamed, TimeLimits};
pub use failure::Failure;
pub use forwarded::Client;
pub(crate) use refusal::answer as refuse;
pub use request_id::RequestId;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use tower::ServiceBuilder;

use crate::admin::Health;
use crate::config::{Common, Networks};
use crate::faults::{self, Faults};
use busy::Room;

/// What requests are granted. The default trusts no proxy and limits nothing.
#[derive(Clone, Default)]
pub struct Terms {
    /// The proxies whose word on who asked is believed.
    pub trusted_proxies: Networks,
    /// How many requests are in flight at once, each beyond answered with 503; 0 is no limit.
    pub request_limit: u32,
    /// How long a request may take.
    pub time_limits: TimeLimits,
    /// Trouble on demand; without any, requests go past no layer for it.
    pub faults: Option<Faults>,
}

impl From<&Common> for Terms {
    fn from(common: &Common) -> Terms {
        Terms {
            trusted_proxies: common.trusted_proxies.clone(),
            request_limit: common.request_limit,
            time_limits: TimeLimits {
                request: common.request_timeout.0,
                stream: common.stream_timeout.0,
            },
            faults: None,
        }
    }
}

/// Puts the stack around every route and the fallback of a complete router (routes added afterwards go without it).
///
/// The route template of the log and the metrics is axum's `MatchedPath`, which exists inside the router only.
pub fn apply(router: Router, health: &Health, terms: &Terms) -> Router {
    let trusted = Arc::new(terms.trusted_proxies.clone());
    let room = Room::new(terms.request_limit);
    let router = match &terms.faults {
        Some(faults) => router.layer(from_fn_with_state(
            faults.trouble().clone(),
            faults::trouble,
        )),
        None => router,
    };
    router.layer(
        ServiceBuilder::new()
            .map_request(move |request| forwarded::resolve(request, &trusted))
            .layer(from_fn(request_id::layer))
            .layer(from_fn(access::layer))
            .layer(map_response(security::headers))
            .layer(from_fn_with_state(health.clone(), draining::layer))
            .layer(from_fn(strict::layer))
            .layer(from_fn_with_state(room, busy::layer))
            .layer(from_fn_with_state(terms.time_limits, deadline::layer)),
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
