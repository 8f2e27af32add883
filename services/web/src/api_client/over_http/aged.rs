//! A connection that is used for so long and no longer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::time::Instant;

/// When a connection is to be used no more, in the extensions of every answer that comes by it.
#[derive(Clone, Copy)]
pub(super) struct RetireAt(pub(super) Instant);

/// A connection, and when it is to be used no more.
pub(super) struct Aged<T> {
    io: T,
    retire_at: RetireAt,
}

impl<T> Aged<T> {
    /// A connection made just now. Up to a quarter of `age` is taken off, so that those made together do not all end
    /// together.
    pub(super) fn new(io: T, age: Duration) -> Aged<T> {
        let part = 0.75 + 0.25 * fastrand::f64();
        let retire_at = RetireAt(Instant::now() + age.mul_f64(part));
        Aged { io, retire_at }
    }
}

impl<T: Connection> Connection for Aged<T> {
    fn connected(&self) -> Connected {
        self.io.connected().extra(self.retire_at)
    }
}

impl<T: Read + Unpin> Read for Aged<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<T: Write + Unpin> Write for Aged<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }
}
