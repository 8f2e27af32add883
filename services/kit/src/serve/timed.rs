//! The stream of a connection, which ends when its clock says so.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::clock::{Clock, Late};

/// A timer that runs while something is awaited.
pub(super) struct Stall {
    limit: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    runs: bool,
}

impl Stall {
    pub(super) fn new(limit: Duration) -> Stall {
        Stall {
            limit,
            sleep: None,
            runs: false,
        }
    }

    /// Passes on what is ready, and is ready with nothing once it was awaited for too long.
    pub(super) fn watch<T>(&mut self, cx: &mut Context<'_>, polled: Poll<T>) -> Poll<Option<T>> {
        if let Poll::Ready(value) = polled {
            self.runs = false;
            return Poll::Ready(Some(value));
        }
        let end = || Instant::now() + self.limit;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(end())));
        if !self.runs {
            sleep.as_mut().reset(end());
            self.runs = true;
        }
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(None)
    }
}

/// A stream whose reads and writes fail once the client has taken too long.
pub(super) struct Timed<S> {
    stream: S,
    clock: Clock,
    sleep: Pin<Box<Sleep>>,
    writing: Stall,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, clock: Clock) -> Timed<S> {
        let writing = Stall::new(clock.clocks().write);
        Timed {
            stream,
            clock,
            writing,
            sleep: Box::pin(sleep_until(Instant::now())),
        }
    }

    /// Ready once the deadline has passed. A timer set for an earlier moment is left to fire then and be set anew, which
    /// spares setting it for every request.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut state = self.clock.state();
            state.reader = Some(cx.waker().clone());
            if state.is_late() {
                return Poll::Ready(());
            }
            let Some(deadline) = state.deadline() else {
                return Poll::Pending;
            };
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
        Poll::Ready(Err(too_long()))
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client took too long")
}

impl<S: AsyncWrite + Unpin> Timed<S> {
    fn noted(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Some(written) = ready!(self.writing.watch(cx, written)) else {
            self.clock.end(Late::Write);
            return Poll::Ready(Err(too_long()));
        };
        if written.is_ok() {
            self.clock.state().has_written();
        }
        Poll::Ready(written)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.noted(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.noted(cx, written)
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
