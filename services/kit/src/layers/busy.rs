//! Refuses requests beyond a number in flight, so that those in flight are answered in time.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::Semaphore;

use super::refusal;

/// How many more requests may be in flight; `None` for any number.
#[derive(Clone)]
pub(super) struct Room(Option<Arc<Semaphore>>);

impl Room {
    /// Room for so many, for any number if 0.
    pub(super) fn new(limit: u32) -> Room {
        Room((limit > 0).then(|| Arc::new(Semaphore::new(limit as usize))))
    }
}

pub(super) async fn layer(State(room): State<Room>, request: Request, next: Next) -> Response {
    let Some(room) = room.0 else {
        return next.run(request).await;
    };
    let Ok(permit) = room.try_acquire_owned() else {
        let sentence = "too many requests are being answered";
        let full = refusal::answer(
            request.uri().path(),
            StatusCode::SERVICE_UNAVAILABLE,
            sentence,
        );
        return ([(header::RETRY_AFTER, "1")], full).into_response();
    };
    let response = next.run(request).await;
    // In flight until its body has ended: the closure keeps the permit.
    response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _held = &permit;
            error
        }))
    })
}
