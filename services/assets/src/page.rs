//! The page that says what went wrong.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    ),
    // The next release may have what this one lacks.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// A short page with the status as its title.
pub(crate) fn page(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{} {reason}</title></head>\n<body><h1>{reason}</h1></body>\n</html>\n",
        status.as_u16(),
    );
    (status, HEADERS, html).into_response()
}
