//! Refuses requests beyond a number in flight, so that those in flight are answered in time.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::{self, RefusalPage, sentences};

/// How many more requests may be in flight; `None` for any number.
pub(super) struct Room(Option<Arc<Semaphore>>);

/// A request's seat among those in flight, until it is dropped.
#[derive(Default)]
pub(super) struct Seat(#[expect(dead_code, reason = "held")] Option<OwnedSemaphorePermit>);

impl Room {
    /// Room for so many, for any number if 0.
    pub(super) fn new(limit: u32) -> Room {
        Room((limit > 0).then(|| Arc::new(Semaphore::new(limit as usize))))
    }

    /// A seat, if there is one left.
    pub(super) fn enter(&self) -> Option<Seat> {
        match &self.0 {
            None => Some(Seat::default()),
            Some(room) => room
                .clone()
                .try_acquire_owned()
                .ok()
                .map(|permit| Seat(Some(permit))),
        }
    }
}

/// The answer when there is none.
pub(super) fn refusal(path: &str, page: Option<RefusalPage>) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let full = refusal::answer(path, page, status, sentences::BUSY);
    ([(header::RETRY_AFTER, "1")], full).into_response()
}
