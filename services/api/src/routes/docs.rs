//! `/docs`: the description of the API as a page that sends requests. All of it is in this program.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::methods::Allow;
use crate::routes::route;

/// A file that the build script has put there.
macro_rules! swagger_ui {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"))
    };
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
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
        "docs.js" => Ok(kept(JAVASCRIPT, SCRIPT.as_bytes())),
        "favicon-32x32.png" => Ok(packed("image/png", swagger_ui!("favicon-32x32.png"))),
        "swagger-ui-bundle.js" => Ok(packed(JAVASCRIPT, swagger_ui!("swagger-ui-bundle.js"))),
        "swagger-ui.css" => Ok(packed(CSS, swagger_ui!("swagger-ui.css"))),
        _ => Err(Error::NotFound),
    }
}

fn kept(kind: &'static str, file: &'static [u8]) -> Response {
    let kind = HeaderValue::from_static(kind);
    ([(header::CONTENT_TYPE, kind), KEEP], file).into_response()
}

/// A file of Swagger UI. It is embedded in the gzip form alone, which every browser reads.
fn packed(kind: &'static str, file: &'static [u8]) -> Response {
    let mut response = kept(kind, file);
    let gzip = HeaderValue::from_static("gzip");
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, gzip);
    response
}
