//! Refuses what is beyond a number of requests in flight, or beyond the room for their bodies, so that those in flight are
//! answered in time.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal::{self, RefusalPage, sentences};

/// The answer to a request that is one too many.
pub(super) fn too_many(path: &str, page: Option<RefusalPage>) -> Response {
    refusal(path, page, sentences::BUSY)
}

/// The answer to one whose body is too much beside those of others.
pub(super) fn too_much(path: &str, page: Option<RefusalPage>) -> Response {
    refusal(path, page, sentences::FULL)
}

fn refusal(path: &str, page: Option<RefusalPage>, sentence: &'static str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let full = refusal::answer(path, page, status, sentence);
    ([(header::RETRY_AFTER, "1")], full).into_response()
}
