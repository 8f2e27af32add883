//! The second listener: `/metrics` and the probes, never the business.

mod faults;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::faults::Faults;
pub use crate::health::Health;
use crate::{layers, metrics};

/// `GET /metrics`, `/healthz/live`, `/healthz/ready` and `/healthz/startup`, each answered in plain text; 404 for others.
/// `/faults` too, if there are any. The requests are logged at debug and not counted.
pub fn router(health: &Health, faults: Option<&Faults>) -> Router {
    let routes = Router::new()
        .route("/metrics", get(scrape))
        .route("/healthz/live", get(live))
        .route("/healthz/ready", get(ready))
        .route("/healthz/startup", get(startup))
        .fallback(async || (StatusCode::NOT_FOUND, "no such page\n"))
        .with_state(health.clone());
    let routes = match faults {
        Some(known) => routes.merge(faults::router(known.clone())),
        None => routes,
    };
    layers::apply_quietly(routes, health)
}

async fn scrape() -> Response {
    match metrics::render() {
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
