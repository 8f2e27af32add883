//! Refuses requests beyond a number in flight, so that those in flight are answered in time.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal::{self, RefusalPage, sentences};

/// The answer when there is none.
pub(super) fn refusal(path: &str, page: Option<RefusalPage>) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let full = refusal::answer(path, page, status, sentences::BUSY);
    ([(header::RETRY_AFTER, "1")], full).into_response()
}
