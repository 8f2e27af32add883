//! What a service has around it that is asked from inside the process: the span of each request, and no more. Who asks
//! logs, counts and limits already.

use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::routing::Route;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tower::Service;

use super::around::{Answering, around};
use crate::metrics::method_label;
use crate::telemetry::ServerSpan;

/// Puts a span around each request to the router, below the one that its `traceparent` names.
pub fn apply_inside(router: Router) -> Router {
    around(router, spanned)
}

fn spanned(inner: &mut Route, request: Request) -> Answering {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let span = ServerSpan::begin(&request, method_label(request.method()), route);
    let inside = span.enter();
    let answer = span.cover(inner.call(request));
    drop(inside);
    Box::pin(async move {
        let mut response = answer.await?;
        let status = response.status().as_u16();
        let body = take(response.body_mut());
        *response.body_mut() = Body::new(Answer { body, span, status });
        Ok(response)
    })
}

/// The body of an answer, whose span ends with it.
struct Answer {
    body: Body,
    span: ServerSpan,
    status: u16,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.span.end(Some(self.status));
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let _inside = self.span.enter();
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
