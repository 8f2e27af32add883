//! How the stack itself says no.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One line: JSON below `/api/`, as all errors there, plain text elsewhere. The sentence has nothing to escape.
pub(crate) fn answer(path: &str, status: StatusCode, sentence: &'static str) -> Response {
    if path.starts_with("/api/") {
        let json = [(header::CONTENT_TYPE, "application/json")];
        return (status, json, format!("{{\"error\":\"{sentence}\"}}\n")).into_response();
    }
    (status, format!("{sentence}\n")).into_response()
}
