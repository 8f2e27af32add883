//! Ends requests that take too long.

use std::convert::Infallible;
use std::mem::take;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, timeout_at};

use super::refusal::{self, RefusalPage, sentences};
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

/// The limits of one request.
pub(super) struct Limited {
    started: Instant,
    limits: TimeLimits,
    /// Whether the body of the request is waited for.
    awaited: Option<Arc<AtomicBool>>,
}

/// What was not there in time.
pub(super) enum TooLate {
    /// The answer.
    Answer,
    /// The body of the request.
    Body,
}

impl Limited {
    /// Takes the time of a request that came at `started`.
    pub(super) fn begin(started: Instant, limits: TimeLimits, request: &mut Request) -> Limited {
        let awaited = (!limits.request.is_zero())
            .then(|| watch(request))
            .flatten();
        Limited {
            started,
            limits,
            awaited,
        }
    }

    /// The answer, if it begins in time.
    pub(super) async fn answer(
        self,
        answer: impl Future<Output = Result<Response, Infallible>>,
    ) -> Result<Response, TooLate> {
        let limit = self.limits.request;
        let begun = if limit.is_zero() {
            Ok(answer.await)
        } else {
            timeout_at(self.started + limit, answer).await
        };
        if let Ok(Ok(mut response)) = begun {
            self.bound(&mut response);
            return Ok(response);
        }
        let waits = |awaited: Arc<AtomicBool>| awaited.load(Ordering::Relaxed);
        match self.awaited.is_some_and(waits) {
            true => Err(TooLate::Body),
            false => Err(TooLate::Answer),
        }
    }

    /// Says when the body of an answer must have ended.
    fn bound(&self, response: &mut Response) {
        // A body of known length is there as a whole: only the client can be slow, and the clocks of its connection run.
        if response.body().size_hint().exact().is_some() {
            return;
        }
        let limit = match response.extensions().get::<Streamed>() {
            Some(Streamed) => self.limits.stream,
            None => self.limits.request,
        };
        if !limit.is_zero() {
            response
                .extensions_mut()
                .insert(Deadline(self.started + limit));
        }
    }
}

impl TooLate {
    /// The answer to the request.
    pub(super) fn answer(
        self,
        path: &str,
        page: Option<RefusalPage>,
        version: Version,
    ) -> Response {
        match self {
            TooLate::Answer => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let mut response = refusal::answer(path, page, status, sentences::TOO_SLOW);
                let second = HeaderValue::from_static("1");
                response.headers_mut().insert(header::RETRY_AFTER, second);
                response
            }
            TooLate::Body => {
                let status = StatusCode::REQUEST_TIMEOUT;
                let mut response = refusal::answer(path, page, status, sentences::LATE_BODY);
                if version < Version::HTTP_2 {
                    // What is left of the body would stand before the next request.
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                response
            }
        }
    }
}

/// Watches over the body of a request that has one.
fn watch(request: &mut Request) -> Option<Arc<AtomicBool>> {
    if request.body().is_end_stream() {
        return None;
    }
    let awaited = Arc::new(AtomicBool::new(false));
    let body = take(request.body_mut());
    *request.body_mut() = Body::new(Watched {
        body,
        awaited: awaited.clone(),
    });
    Some(awaited)
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
