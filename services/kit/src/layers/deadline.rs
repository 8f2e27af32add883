//! Ends requests that take too long.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, timeout};

use super::refusal;
use crate::serve::Deadline;

/// How long a request may take as a whole; zero for any time.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeLimits {
    /// Until the head of the answer, and until its end unless it is [`Streamed`].
    pub request: Duration,
    /// Until the end of an answer that is [`Streamed`].
    pub stream: Duration,
}

/// Put by a route into the extensions of an answer whose body it makes while the client reads: the answer may take as
/// long as [`TimeLimits::stream`] says.
#[derive(Clone, Copy, Debug)]
pub struct Streamed;

pub(super) async fn layer(
    State(limits): State<TimeLimits>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let mut response = if limits.request.is_zero() {
        next.run(request).await
    } else {
        head(limits.request, request, next).await
    };
    // A body of known length is there as a whole: only the client can be slow, and the clocks of its connection run.
    if response.body().size_hint().exact().is_none() {
        let is_streamed = response.extensions().get::<Streamed>().is_some();
        let limit = if is_streamed {
            limits.stream
        } else {
            limits.request
        };
        if !limit.is_zero() {
            response.extensions_mut().insert(Deadline(started + limit));
        }
    }
    response
}

/// The answer, if it begins in time.
async fn head(limit: Duration, request: Request, next: Next) -> Response {
    let (path, version) = (request.uri().clone(), request.version());
    let (request, awaited) = watched(request);
    if let Ok(response) = timeout(limit, next.run(request)).await {
        return response;
    }
    if awaited.is_some_and(|awaited| awaited.load(Ordering::Relaxed)) {
        let sentence = "the body of the request did not arrive in time";
        let mut response = refusal::answer(path.path(), StatusCode::REQUEST_TIMEOUT, sentence);
        if version < Version::HTTP_2 {
            // What is left of the body would stand before the next request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        return response;
    }
    let sentence = "the request took too long";
    let mut response = refusal::answer(path.path(), StatusCode::SERVICE_UNAVAILABLE, sentence);
    let second = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, second);
    response
}

/// The request, and for one with a body whether that is waited for.
fn watched(request: Request) -> (Request, Option<Arc<AtomicBool>>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let awaited = Arc::new(AtomicBool::new(false));
    let watch = awaited.clone();
    let request = request.map(|body| {
        Body::new(Watched {
            body,
            awaited: watch,
        })
    });
    (request, Some(awaited))
}

/// The body of a request, which tells whether the service waits for it.
struct Watched {
    body: Body,
    awaited: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.awaited.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
