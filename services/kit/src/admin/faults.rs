//! `/faults` on the admin listener.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::{refused, said, told};
use crate::config::Span;
use crate::faults::{Faults, Refused, Told};

const MOST: Duration = Duration::from_secs(60 * 60);

/// `GET /faults` lists them, `PUT /faults/NAME?value=…&for=60s` puts one on, `DELETE` of one or all heals.
pub(super) fn router(faults: Faults) -> Router {
    Router::new()
        .route("/faults", get(list).delete(heal_all))
        .route("/faults/{name}", put(put_on).delete(heal))
        .with_state(faults)
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    meaning: &'static str,
    value: Option<String>,
    seconds_left: Option<f64>,
}

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    value: String,
    #[serde(rename = "for", default = "minute")]
    time: String,
}

fn minute() -> String {
    "60s".to_owned()
}

async fn list(State(faults): State<Faults>) -> Response {
    let line = |Told { name, meaning, now }| {
        let (value, left) = now.unzip();
        Line {
            name,
            meaning,
            value,
            seconds_left: left.map(|left: Duration| left.as_secs_f64()),
        }
    };
    let lines: Vec<Line> = faults.list().into_iter().map(line).collect();
    Json(lines).into_response()
}

async fn put_on(
    State(faults): State<Faults>,
    Path(name): Path<String>,
    Query(order): Query<Order>,
) -> Response {
    let time = match order.time.parse() {
        Ok(Span(time)) if !time.is_zero() && time <= MOST => time,
        _ => return refused("for: give a time up to 1h, such as 60s"),
    };
    match faults.put(&name, &order.value, time) {
        Ok(()) => said(&format!("{name} is on for {}", Span(time))),
        Err(Refused::Value(right)) => refused(&format!("value: {right}")),
        Err(Refused::Unknown(names)) => told(
            StatusCode::NOT_FOUND,
            &format!("no such fault; there are {names}"),
        ),
    }
}

async fn heal(State(faults): State<Faults>, Path(name): Path<String>) -> Response {
    faults.heal(|one, _| one == name);
    said(&format!("{name} is off"))
}

async fn heal_all(State(faults): State<Faults>) -> Response {
    faults.heal(|_, _| true);
    said("all faults are off")
}
