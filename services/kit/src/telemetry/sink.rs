//! Where the lines of the log go: to standard error, those of a busy worker several at once.

use std::cell::Cell;
use std::io::{self, Write};
use std::mem::swap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// `PIPE_BUF` of Linux (pipe(7)): what is written to a pipe at once does not mix with what other processes write to it.
const AT_ONCE: usize = 4096;

thread_local! {
    /// Whether this thread calls [`Sink::rest`] before it waits for work.
    static RESTS: Cell<bool> = const { Cell::new(false) };
}

/// Lines wait here while their thread has other work: at most 4 KiB of them, and none that warns.
#[derive(Debug, Default)]
pub(super) struct Sink {
    waiting: Mutex<Vec<u8>>,
    /// Held by the one who writes.
    writing: Mutex<Vec<u8>>,
}

impl Sink {
    /// Takes whole lines.
    pub(super) fn put(&self, lines: &[u8], level: Level) {
        let mut waiting = locked(&self.waiting);
        waiting.extend_from_slice(lines);
        let full = waiting.len() >= AT_ONCE;
        drop(waiting);
        if full || level <= Level::WARN || !RESTS.get() {
            self.flush();
        }
    }

    /// A worker of the runtime is about to wait for work. From its first rest on its lines wait for the next.
    pub(super) fn rest(&self) {
        RESTS.set(true);
        self.flush();
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        if locked(&self.waiting).is_empty() {
            return;
        }
        let mut writing = locked(&self.writing);
        swap(&mut *writing, &mut *locked(&self.waiting));
        let mut rest = &writing[..];
        while !rest.is_empty() {
            let (lines, others) = rest.split_at(whole_lines(rest));
            // Nobody could be told that standard error is closed.
            let _ = io::stderr().write_all(lines);
            rest = others;
        }
        writing.clear();
    }
}

/// The length of the lines that can be written at once; at least one line.
fn whole_lines(text: &[u8]) -> usize {
    let end = |byte: &u8| *byte == b'\n';
    let head = &text[..text.len().min(AT_ONCE)];
    let last = head.iter().rposition(end);
    let last = last.or_else(|| text.iter().position(end));
    last.map_or(text.len(), |last| last + 1)
}

fn locked(lines: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes one line of a level.
pub(super) struct Line(&'static Sink, Level);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.put(bytes, self.1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for &'static Sink {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self, Level::ERROR)
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line {
        Line(self, *metadata.level())
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, whole_lines};

    #[test]
    fn lines_are_not_torn() {
        let short = b"a line\n".repeat(AT_ONCE);
        let at_once = whole_lines(&short);
        assert!(at_once <= AT_ONCE && at_once > AT_ONCE - 7, "{at_once}");
        assert_eq!(at_once % 7, 0);
        let long = [&b"x".repeat(2 * AT_ONCE)[..], b"\nnext\n"].concat();
        assert_eq!(whole_lines(&long), 2 * AT_ONCE + 1);
        assert_eq!(whole_lines(b"torn"), 4);
    }
}
