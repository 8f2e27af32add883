//! The body of an answer, and the watch over a client that takes too long to read it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Response, Version};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use super::clock::{Answering, Clock, Late};

/// When an answer must have ended, in its extensions: its connection is closed then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Instant);

/// The body of an answer; the connection counts as busy until it is dropped.
pub(super) struct Answer {
    body: Body,
    clock: Clock,
    watch: Option<AbortOnDropHandle<()>>,
    /// Whether the client is to read before more is asked of the body.
    waits: bool,
    _answering: Answering,
}

impl Answer {
    pub(super) fn wrap(
        mut response: Response<Body>,
        version: Version,
        clock: Clock,
        answering: Answering,
    ) -> Response<Answer> {
        let deadline = response.extensions_mut().remove::<Deadline>();
        // A body of known length is handed over as a whole. Over HTTP/2 one without may wait for the window of a client
        // that reads no further, where no write ever fails.
        let stalls = version >= Version::HTTP_2 && response.body().size_hint().exact().is_none();
        let watch = (deadline.is_some() || stalls).then(|| {
            let limit = deadline.map(|Deadline(limit)| limit);
            AbortOnDropHandle::new(tokio::spawn(watch(clock.clone(), limit)))
        });
        response.map(|body| Answer {
            body,
            clock,
            watch,
            waits: false,
            _answering: answering,
        })
    }

    fn set_waits(&mut self, waits: bool) {
        if self.watch.is_some() {
            self.clock.state().answer_waits(self.waits, waits);
            self.waits = waits;
        }
    }
}

/// Cuts the connection when the deadline passes, or when its client has not moved for the time of a write.
async fn watch(clock: Clock, deadline: Option<Instant>) {
    loop {
        let look = clock.next_look();
        sleep_until(deadline.map_or(look, |deadline| deadline.min(look))).await;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return clock.cut(Late::Request);
        }
        if clock.state().is_stalled() {
            return clock.cut(Late::Write);
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.set_waits(matches!(polled, Poll::Ready(Some(Ok(_)))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.set_waits(false);
    }
}
