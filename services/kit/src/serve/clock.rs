//! How long a client may take. hyper's header timer would also end idle connections, and nothing limits the sniffing of
//! the HTTP version, so the stream keeps the time itself.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may take. No clock runs while a request is being answered.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// From the accept to the first byte.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its head (HTTP/1).
    pub head: Duration,
    /// Without a request on a connection that has had one, or that speaks HTTP/2.
    pub idle: Duration,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks {
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
        }
    }
}

/// The clock of one connection; clones share it.
#[derive(Clone)]
pub(super) struct Clock(Arc<Mutex<State>>);

struct State {
    clocks: Clocks,
    phase: Phase,
    since: Instant,
    in_flight: usize,
    http2: bool,
    /// When the stream will look at the clock of itself, and whom to wake if it should do so earlier.
    armed: Option<Instant>,
    reader: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Silent,
    Head,
    Idle,
}

impl Clock {
    /// A clock that waits for the first byte.
    pub(super) fn new(clocks: Clocks) -> Clock {
        Clock(Arc::new(Mutex::new(State {
            clocks,
            phase: Phase::Silent,
            since: Instant::now(),
            in_flight: 0,
            http2: false,
            armed: None,
            reader: None,
        })))
    }

    /// A request is being answered until the returned value is dropped.
    pub(super) fn answering(&self) -> Answering {
        self.state().in_flight += 1;
        Answering(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request being answered.
pub(super) struct Answering(Clock);

impl Drop for Answering {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            state.enter(Phase::Idle);
            let reader = if state.is_armed() {
                None
            } else {
                state.reader.take()
            };
            drop(state);
            reader.into_iter().for_each(Waker::wake);
        }
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    /// When the client has taken too long, if a clock runs.
    fn deadline(&self) -> Option<Instant> {
        let limit = match self.phase {
            Phase::Silent => self.clocks.first_byte,
            Phase::Head => self.clocks.head,
            Phase::Idle => self.clocks.idle,
        };
        (self.in_flight == 0).then(|| self.since + limit)
    }

    /// Whether the stream will look at the clock in time. A moment gone by does not count: hyper, not reading while it
    /// answers, has let it pass.
    fn is_armed(&self) -> bool {
        let in_time = |deadline| {
            self.armed
                .is_some_and(|armed| armed > Instant::now() && armed <= deadline)
        };
        self.deadline().is_none_or(in_time)
    }

    fn has_read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.in_flight > 0 || self.http2 {
            return;
        }
        if self.phase == Phase::Silent && bytes.starts_with(b"PRI") {
            // On HTTP/2, bytes alone (a ping) do not mean that a request has begun.
            self.http2 = true;
            self.enter(Phase::Idle);
        } else if self.phase != Phase::Head {
            self.enter(Phase::Head);
        }
    }

    /// The last answer may still be on its way to a slow client, whose connection is not idle then.
    fn has_written(&mut self) {
        if self.phase == Phase::Idle {
            self.since = Instant::now();
        }
    }
}

/// A stream whose reads fail once the client has taken too long.
pub(super) struct Timed<S> {
    stream: S,
    clock: Clock,
    sleep: Pin<Box<Sleep>>,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, clock: Clock) -> Timed<S> {
        Timed {
            stream,
            clock,
            sleep: Box::pin(sleep_until(Instant::now())),
        }
    }

    /// Ready once the deadline has passed. A timer set for an earlier moment is left to fire then and be set anew, which
    /// spares setting it for every request.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut state = self.clock.state();
            state.reader = Some(cx.waker().clone());
            let Some(deadline) = state.deadline() else {
                return Poll::Pending;
            };
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            if state.armed.is_none_or(|armed| armed > deadline) {
                state.armed = Some(deadline);
                self.sleep.as_mut().reset(deadline);
            }
            drop(state);
            ready!(self.sleep.as_mut().poll(cx));
            self.clock.state().armed = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            this.clock.state().has_read(&buffer.filled()[before..]);
            return Poll::Ready(read);
        }
        ready!(this.poll_late(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client took too long",
        )))
    }
}

impl<S: AsyncWrite + Unpin> Timed<S> {
    fn noted(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(_))) {
            self.clock.state().has_written();
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
