//! `/status` and `/stats`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::routing::get;
use domain::Stats;
use serde::Serialize;

use crate::App;
use crate::error::Result;
use crate::json::Json;
use crate::methods::Allow;
use crate::routes::route;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route("/status", Allow::READ, get(status)))
        .merge(route("/stats", Allow::READ, get(stats)))
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

async fn status() -> Json<Status> {
    Json(StatusCode::OK, Status { status: "OK" })
}

async fn stats(Of(app): Of<App>) -> Result<Json<Stats>> {
    Ok(Json(StatusCode::OK, Stats::count(&app.store).await?))
}
