//! `/openapi.json`.

use std::sync::LazyLock;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use utoipa::openapi::OpenApi;

use crate::App;
use crate::json::Json;
use crate::methods::Allow;
use crate::openapi;
use crate::routes::route;

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(openapi::document);

pub(crate) fn router() -> Router<App> {
    route("/openapi.json", Allow::READ, get(show))
}

async fn show() -> Json<&'static OpenApi> {
    Json(StatusCode::OK, &DOCUMENT)
}
