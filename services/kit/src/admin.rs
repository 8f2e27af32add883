//! The second listener: `/metrics` and the probes, never the business.

mod faults;
mod first;
mod log;
mod options;

use std::fmt::Display;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::faults::Faults;
pub use crate::health::Health;
use crate::{layers, metrics, telemetry};
pub(crate) use first::First;
pub use options::{LIVE, Live};

/// `GET /metrics`, `/healthz/live`, `/healthz/ready` and `/healthz/startup`, each answered in plain text; 404 for others.
/// `/log` too, if the log was started, and `/faults`, if there are any. The requests are logged at debug and not counted.
/// `/options` are those that are `live`.
pub fn router(health: &Health, faults: Option<&Faults>, live: &Live) -> Router {
    answer(routes(health, faults, live), health)
}

/// The same for a worker, whose master makes the first request.
pub(crate) fn router_of_worker(
    health: &Health,
    faults: Option<&Faults>,
    live: &Live,
    first: &First,
) -> Router {
    let routes = routes(health, faults, live).merge(first::router(first));
    answer(routes, health)
}

fn routes(health: &Health, faults: Option<&Faults>, live: &Live) -> Router {
    let routes = probes(health).route("/metrics", get(scrape));
    let routes = routes.merge(options::router(live));
    let routes = match faults {
        Some(known) => routes.merge(faults::router(known.clone())),
        None => routes,
    };
    match log_level() {
        Some(log) => routes.merge(log),
        None => routes,
    }
}

/// The probes alone.
pub fn probes(health: &Health) -> Router {
    Router::new()
        .route("/healthz/live", get(live))
        .route("/healthz/ready", get(ready))
        .route("/healthz/startup", get(startup))
        .with_state(health.clone())
}

/// `/log` alone, if the log was started.
pub fn log_level() -> Option<Router> {
    telemetry::level().map(log::router)
}

/// Puts around routes what requests to the admin listener go through.
pub fn answer(routes: Router, health: &Health) -> Router {
    let routes = routes.fallback(async || (StatusCode::NOT_FOUND, "no such page\n"));
    layers::apply_quietly(routes, health)
}

async fn scrape() -> Response {
    scraped(metrics::render())
}

/// The answer to a scrape: metrics in the text format 0.0.4, or a 500 whose cause is in the log.
pub fn scraped<E: Display>(rendered: Result<String, E>) -> Response {
    match rendered {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be rendered");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the metrics cannot be rendered\n",
            )
                .into_response()
        }
    }
}

async fn live(State(health): State<Health>) -> Response {
    if health.is_alive() {
        "alive\n".into_response()
    } else {
        let stuck = "not alive: no task has been run for 10 s\n";
        (StatusCode::SERVICE_UNAVAILABLE, stuck).into_response()
    }
}

async fn ready(State(health): State<Health>) -> Response {
    match health.why_not() {
        None => "ready\n".into_response(),
        Some(reason) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {reason}\n"),
        )
            .into_response(),
    }
}

async fn startup(State(health): State<Health>) -> Response {
    if health.is_started() {
        "started\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response()
    }
}

fn said(sentence: &str) -> Response {
    told(StatusCode::OK, sentence)
}

fn refused(sentence: &str) -> Response {
    told(StatusCode::BAD_REQUEST, sentence)
}

fn told(status: StatusCode, sentence: &str) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, plain, format!("{sentence}\n")).into_response()
}
