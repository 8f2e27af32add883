//! The body of a request: its bytes are counted as they are read, and take of the room that all bodies have in memory.

use std::mem::take;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::limit::{Limit, Taken};

/// Bytes of each body that take no room: the limit of requests bounds these.
const SHORT: u64 = 16 * 1024;

/// What was read of a request's body so far; nothing is kept for a request without one.
#[derive(Clone, Default)]
pub(super) struct Received(Option<Arc<Held>>);

struct Held {
    bytes: AtomicU64,
    room: Mutex<Option<Taken>>,
    /// Whether there was no room for more.
    is_cut: AtomicBool,
}

impl Received {
    pub(super) fn bytes(&self) -> u64 {
        let held = self.0.as_ref();
        held.map_or(0, |held| held.bytes.load(Ordering::Relaxed))
    }

    /// Whether the service was kept from reading on, for want of room.
    pub(super) fn is_cut(&self) -> bool {
        let held = self.0.as_ref();
        held.is_some_and(|held| held.is_cut.load(Ordering::Relaxed))
    }

    /// The service has done with the body: its room is for others.
    pub(super) fn done(&self) {
        if let Some(held) = &self.0 {
            *held.room.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Counts what is read of this request, and has it take of the room.
    pub(super) fn of(request: &mut Request, room: &Limit) -> Received {
        if request.body().is_end_stream() {
            return Received::default();
        }
        let held = Arc::new(Held {
            bytes: AtomicU64::new(0),
            room: Mutex::new(Some(room.begin())),
            is_cut: AtomicBool::new(false),
        });
        let body = take(request.body_mut());
        *request.body_mut() = Body::new(Counted {
            body,
            held: held.clone(),
        });
        Received(Some(held))
    }
}

impl Held {
    /// Counts a piece, if there is room for what is not [`SHORT`] any more.
    fn add(&self, length: u64) -> bool {
        let bytes = self.bytes.fetch_add(length, Ordering::Relaxed) + length;
        let beyond = bytes.saturating_sub(SHORT).min(length);
        if beyond == 0 {
            return true;
        }
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        // Without it the answer has begun, and nobody keeps what is still read.
        let has_room = room.as_mut().is_none_or(|room| room.grow(beyond));
        self.is_cut.fetch_or(!has_room, Ordering::Relaxed);
        has_room
    }
}

struct Counted {
    body: Body,
    held: Arc<Held>,
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
            if !self.held.add(length) {
                let full = "there is no room for the body";
                // Nobody is to read on behind the hole.
                self.body = Body::empty();
                return Poll::Ready(Some(Err(axum::Error::new(full))));
            }
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
