//! `/docs`: the description of the API as a page that sends requests. All of it is in this program.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::methods::Allow;
use crate::routes::route;

const PAGE: &str = include_str!("docs/index.html");
const SCRIPT: &str = include_str!("docs/docs.js");

/// The browser itself refuses whatever does not come from here. Swagger UI sets styles by attributes, and its icons are
/// `data:` URLs.
const POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'",
    ),
);
/// The names do not change with their contents: kept for an hour, and no longer.
const KEEP: (HeaderName, HeaderValue) = (
    header::CACHE_CONTROL,
    HeaderValue::from_static("max-age=3600"),
);

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route("/docs", Allow::READ, get(page)))
        .merge(route("/docs/{file}", Allow::READ, get(file)))
}

async fn page() -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, html), POLICY], PAGE).into_response()
}

async fn file(Path(name): Path<String>) -> Result<Response> {
    match name.as_str() {
        "docs.js" => {
            let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
            Ok(([(header::CONTENT_TYPE, kind), KEEP], SCRIPT).into_response())
        }
        "swagger-ui.css" | "swagger-ui-bundle.js" | "favicon-32x32.png" => swagger_ui(&name),
        _ => Err(Error::NotFound),
    }
}

/// A file of Swagger UI. It is embedded in the gzip form alone, which every browser reads.
fn swagger_ui(name: &str) -> Result<Response> {
    let found = utoipa_swagger_ui::serve(name, Arc::new(Config::default()))
        .map_err(|error| Error::Internal(error.to_string().into()))?
        .ok_or(Error::NotFound)?;
    let mut response = ([KEEP], found.bytes).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&found.content_type)
        .map_err(|error| Error::Internal(error.into()))?;
    headers.insert(header::CONTENT_TYPE, kind);
    if found.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
