//! The one middleware stack, outermost first: who asked, request id, log and metrics, security headers,
//! `Connection: close` while draining, strictness, the limits of requests in flight and of their
//! bodies, the limit of time.

mod around;
mod busy;
mod deadline;
mod draining;
mod failure;
mod forwarded;
mod inside;
mod received;
mod record;
mod refusal;
mod request_id;
mod security;
mod stack;
mod strict;

pub use deadline::{Streamed, TimeLimits};
pub use failure::Failure;
pub use forwarded::Client;
pub use inside::apply_inside;
pub(crate) use refusal::answer as refuse;
pub use refusal::{RefusalPage, sentences};
pub use request_id::{REQUEST_ID, RequestId};

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::admin::Health;
use crate::board::Board;
use crate::config::{Common, Networks};
use crate::faults::{self, Faults};
use crate::limit::Limit;
use around::around;
use stack::Stack;

/// What requests are granted. The default trusts no proxy and limits nothing.
#[derive(Clone, Default)]
pub struct Terms {
    /// The proxies whose word on who asked is believed.
    pub trusted_proxies: Networks,
    /// How many requests are in flight at once, each beyond answered with 503; 0 is no limit.
    pub request_limit: Limit,
    /// How many bytes of their bodies are held at once; 0 is no limit. A short one is always held, and so is any that is alone.
    pub body_memory: Limit,
    /// How long a request may take.
    pub time_limits: TimeLimits,
    /// What tells a person of a refusal; without it, one line of text does.
    pub refusal_page: Option<RefusalPage>,
    /// Trouble on demand; without any, requests go past no layer for it.
    pub faults: Option<Faults>,
    /// Where requests that are being answered are noted, in a worker.
    pub board: Option<Board>,
}

impl From<&Common> for Terms {
    fn from(common: &Common) -> Terms {
        Terms {
            trusted_proxies: common.trusted_proxies.clone(),
            request_limit: common.request_limit.into(),
            body_memory: common.body_memory.into(),
            time_limits: TimeLimits {
                request: common.request_timeout.0,
                stream: common.stream_timeout.0,
            },
            refusal_page: None,
            faults: None,
            board: None,
        }
    }
}

/// Puts the stack around every route and the fallback of a complete router (routes added afterwards go without it).
///
/// The route template of the log and the metrics is axum's `MatchedPath`, which exists inside the router only.
pub fn apply(router: Router, health: &Health, terms: &Terms) -> Router {
    let stack = Arc::new(stack(health, terms));
    wrap(with_faults(router, terms), stack)
}

/// The same around several services, which share the limits.
pub fn apply_all<K>(
    services: Vec<(K, Router)>,
    health: &Health,
    terms: &Terms,
) -> Vec<(K, Router)> {
    let stack = Arc::new(stack(health, terms));
    let around = |router| wrap(with_faults(router, terms), stack.clone());
    services
        .into_iter()
        .map(|(key, router)| (key, around(router)))
        .collect()
}

fn with_faults(router: Router, terms: &Terms) -> Router {
    match &terms.faults {
        Some(faults) => router.layer(from_fn_with_state(
            (faults.trouble().clone(), terms.refusal_page),
            faults::trouble,
        )),
        None => router,
    }
}

fn stack(health: &Health, terms: &Terms) -> Stack {
    Stack {
        trusted: terms.trusted_proxies.clone(),
        health: health.clone(),
        requests: terms.request_limit.clone(),
        bodies: terms.body_memory.clone(),
        limits: terms.time_limits,
        refusal_page: terms.refusal_page,
        board: terms.board.clone(),
        quiet: false,
    }
}

/// The same for probes and scrapes, which are logged at debug and not counted.
pub(crate) fn apply_quietly(router: Router, health: &Health) -> Router {
    let stack = Stack {
        trusted: Networks::default(),
        health: health.clone(),
        requests: Limit::default(),
        bodies: Limit::default(),
        limits: TimeLimits::default(),
        refusal_page: None,
        board: None,
        quiet: true,
    };
    wrap(router, Arc::new(stack))
}

fn wrap(router: Router, stack: Arc<Stack>) -> Router {
    around(router, move |inner, request| {
        stack.clone().call(inner, request)
    })
}
