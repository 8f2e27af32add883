//! The body of a request, its bytes counted as they are read.

use std::mem::take;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// How much of a request's body was read so far; nothing is kept for a request without one.
#[derive(Clone, Default)]
pub(super) struct Received(Option<Arc<AtomicU64>>);

impl Received {
    pub(super) fn bytes(&self) -> u64 {
        let bytes = self.0.as_ref();
        bytes.map_or(0, |bytes| bytes.load(Ordering::Relaxed))
    }

    /// Counts what is read of this request.
    pub(super) fn of(request: &mut Request) -> Received {
        if request.body().is_end_stream() {
            return Received::default();
        }
        let bytes = Arc::new(AtomicU64::new(0));
        let body = take(request.body_mut());
        *request.body_mut() = Body::new(Counted {
            body,
            bytes: bytes.clone(),
        });
        Received(Some(bytes))
    }
}

struct Counted {
    body: Body,
    bytes: Arc<AtomicU64>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let next = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &next {
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            self.bytes.fetch_add(length, Ordering::Relaxed);
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
