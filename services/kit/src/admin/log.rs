//! `/log` on the admin listener.

use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::{refused, said};
use crate::config::{LogFilter, Span};
use crate::telemetry::Level;

const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// `GET /log` tells what is logged, `PUT /log?filter=…&for=10m` changes it for a time, `DELETE` ends that.
pub(super) fn router(level: &'static Level) -> Router {
    Router::new()
        .route("/log", get(tell).put(change).delete(fall_back))
        .with_state(level)
}

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    filter: String,
    #[serde(rename = "for", default = "ten_minutes")]
    time: String,
}

fn ten_minutes() -> String {
    "10m".to_owned()
}

async fn tell(State(level): State<&'static Level>) -> Response {
    let (filter, left) = level.now();
    match left {
        None => said(&format!("{filter}")),
        Some(left) => {
            let seconds = Duration::from_secs(left.as_secs());
            said(&format!("{filter} for {} more", Span(seconds)))
        }
    }
}

async fn change(State(level): State<&'static Level>, Query(order): Query<Order>) -> Response {
    let filter: LogFilter = match order.filter.parse() {
        Ok(filter) => filter,
        Err(right) => return refused(&format!("filter: {right}")),
    };
    let time = match order.time.parse() {
        Ok(Span(time)) if !time.is_zero() && time <= MOST => time,
        _ => return refused("for: give a time up to 24h, such as 10m"),
    };
    level.change(filter.clone(), time);
    said(&format!("{filter} for {}", Span(time)))
}

async fn fall_back(State(level): State<&'static Level>) -> Response {
    level.fall_back();
    tell(State(level)).await
}
