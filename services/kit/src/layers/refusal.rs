//! How the stack itself says no.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The sentences of the refusals that any request may meet, for who describes them.
pub mod sentences {
    /// 400 (others name other fields).
    pub const NO_HOST: &str = "the field Host is missing";
    /// 408.
    pub const LATE_BODY: &str = "the body of the request did not arrive in time";
    /// 414.
    pub const LONG_LINE: &str = "the request line is too long";
    /// 431.
    pub const LARGE_HEAD: &str = "the head of the request is too large";
    /// 503: the limit of requests in flight.
    pub const BUSY: &str = "too many requests are being answered";
    /// 503: the limit of their bodies.
    pub const FULL: &str = "the bodies of other requests leave no room for this one";
    /// 503: the limit of time.
    pub const TOO_SLOW: &str = "the request took too long";
}

/// Makes the page, as HTML, that tells a person of a refusal by its status and its sentence.
pub type RefusalPage = fn(StatusCode, &str) -> String;

/// One line of JSON below `/api/`, as all errors there; elsewhere the page of the site if it has one, and otherwise one
/// line of plain text, as always below `/static/`, where nobody reads it. The sentence has nothing to escape.
pub(crate) fn answer(
    path: &str,
    page: Option<RefusalPage>,
    status: StatusCode,
    sentence: &'static str,
) -> Response {
    if path.starts_with("/api/") {
        let json = [(header::CONTENT_TYPE, "application/json")];
        return (status, json, format!("{{\"error\":\"{sentence}\"}}\n")).into_response();
    }
    match page.filter(|_| !path.starts_with("/static/")) {
        Some(page) => {
            let fresh = [(header::CACHE_CONTROL, "no-store")];
            (status, fresh, Html(page(status, sentence))).into_response()
        }
        None => (status, format!("{sentence}\n")).into_response(),
    }
}
