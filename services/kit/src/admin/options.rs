//! `/options` on the admin listener: those that can change while a service runs.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::{refused, said};
use crate::config::LogFilter;
use crate::limit::Limit;
use crate::telemetry;

/// What can change while a service runs.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// How many connections the main listeners have at once before they stop accepting.
    pub connections: Limit,
    /// How many requests are in flight at once.
    pub requests: Limit,
}

/// The options that [`Live`] and the filter of the log are.
pub const LIVE: [&str; 3] = ["connection_limit", "log", "request_limit"];

/// `GET /options` tells them, `PUT /options?log=…&connection_limit=…&request_limit=…` changes those that it names, until the
/// process ends.
pub(super) fn router(live: &Live) -> Router {
    let routes = get(tell).put(change);
    Router::new()
        .route("/options", routes)
        .with_state(live.clone())
}

#[derive(Deserialize)]
struct Order {
    connection_limit: Option<String>,
    log: Option<String>,
    request_limit: Option<String>,
}

async fn tell(State(live): State<Live>) -> Response {
    let (connections, requests) = (live.connections.get(), live.requests.get());
    let log = telemetry::level().map(|level| level.usual().to_string());
    let log = log.unwrap_or_default();
    said(&format!(
        "connection_limit = {connections}\nlog = {log:?}\nrequest_limit = {requests}"
    ))
}

async fn change(State(live): State<Live>, Query(order): Query<Order>) -> Response {
    let log: Option<LogFilter> = match order.log.map(|text| text.parse()).transpose() {
        Ok(log) => log,
        Err(right) => return refused(&format!("log: {right}")),
    };
    let number = |text: Option<String>| {
        text.map(|text| text.parse::<u32>().map(u64::from))
            .transpose()
    };
    let (Ok(connections), Ok(requests)) =
        (number(order.connection_limit), number(order.request_limit))
    else {
        return refused("connection_limit, request_limit: give a whole number; 0 for no limit");
    };
    if let (Some(log), Some(level)) = (log, telemetry::level()) {
        level.change_usual(log);
    }
    if let Some(connections) = connections {
        live.connections.set(connections);
    }
    if let Some(requests) = requests {
        live.requests.set(requests);
    }
    tell(State(live)).await
}
