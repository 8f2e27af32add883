//! The way of lines to where they are written, those of a busy worker several at once.

use std::cell::Cell;
use std::io::{self, Write};
use std::mem::swap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

use super::output::Output;

/// `PIPE_BUF` of Linux (pipe(7)): what is written to a pipe at once does not mix with what other processes write to it.
const AT_ONCE: usize = 4096;
/// How long a line may wait while its worker does not rest.
pub(super) const LONGEST_WAIT: Duration = Duration::from_millis(100);

thread_local! {
    /// Whether this thread calls [`Sink::rest`] before it waits for work.
    static RESTS: Cell<bool> = const { Cell::new(false) };
}

/// Lines wait here while their thread has other work: at most 4 KiB of them, and none that warns. Those that wait are lost
/// when the process is killed.
#[derive(Debug)]
pub(super) struct Sink<W = Output> {
    waiting: Mutex<Vec<u8>>,
    /// Held by the one who writes.
    writing: Mutex<Writing<W>>,
}

#[derive(Debug)]
struct Writing<W> {
    lines: Vec<u8>,
    to: W,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(to: W) -> Sink<W> {
        let lines = Vec::new();
        Sink {
            waiting: Mutex::default(),
            writing: Mutex::new(Writing { lines, to }),
        }
    }

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

    /// Writes whole lines now, behind those that wait.
    pub(super) fn write(&self, lines: &[u8]) {
        locked(&self.waiting).extend_from_slice(lines);
        self.flush();
    }

    /// A worker of the runtime is about to wait for work. From its first rest on its lines wait for the next.
    pub(super) fn rest(&self) {
        RESTS.set(true);
        self.flush_waiting();
    }

    /// Writes what waits. What others are writing is out too when this returns.
    pub(super) fn flush(&self) {
        let mut writing = locked(&self.writing);
        let Writing { lines, to } = &mut *writing;
        swap(lines, &mut *locked(&self.waiting));
        let mut rest = &lines[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(whole_lines(rest));
            // An output knows what to do with its errors.
            let _ = to.write_all(now);
            rest = later;
        }
        lines.clear();
    }

    /// The same if anything waits.
    pub(super) fn flush_waiting(&self) {
        let waits = !locked(&self.waiting).is_empty();
        if waits {
            self.flush();
        }
    }

    /// Has a look at what is written to, between two writes.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut W) -> T) -> T {
        look(&mut locked(&self.writing).to)
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    use std::sync::Arc;
    use std::thread;

    use tracing::Level;

    use super::{AT_ONCE, Sink, locked, whole_lines};

    fn written(sink: &Sink<Vec<u8>>) -> String {
        String::from_utf8(locked(&sink.writing).to.clone()).unwrap()
    }

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

    #[test]
    fn lines_of_a_worker_wait_for_its_rest() {
        let sink = Sink::new(Vec::new());
        sink.put(b"no worker\n", Level::INFO);
        assert_eq!(written(&sink), "no worker\n");
        sink.rest();
        sink.put(b"one\n", Level::INFO);
        assert_eq!(written(&sink), "no worker\n");
        sink.rest();
        assert_eq!(written(&sink), "no worker\none\n");
    }

    #[test]
    fn a_warning_waits_for_nothing() {
        let sink = Sink::new(Vec::new());
        sink.rest();
        sink.put(b"before\n", Level::INFO);
        sink.put(b"a warning\n", Level::WARN);
        assert_eq!(written(&sink), "before\na warning\n");
        sink.put(b"last\n", Level::INFO);
        sink.flush();
        assert!(written(&sink).ends_with("last\n"));
    }

    #[test]
    fn not_too_many_wait() {
        let sink = Sink::new(Vec::new());
        sink.rest();
        for _ in 0..AT_ONCE / 7 {
            sink.put(b"a line\n", Level::INFO);
        }
        assert_eq!(written(&sink), "");
        sink.put(b"a line\n", Level::INFO);
        assert!(written(&sink).len() > AT_ONCE);
    }

    #[test]
    fn lines_of_a_worker_that_never_rests() {
        let sink = Arc::new(Sink::new(Vec::new()));
        let busy = sink.clone();
        let worker = thread::spawn(move || {
            busy.rest();
            busy.put(b"the last before it hung\n", Level::INFO);
        });
        worker.join().unwrap();
        assert_eq!(written(&sink), "");
        sink.flush_waiting();
        assert_eq!(written(&sink), "the last before it hung\n");
    }

    #[test]
    fn many_threads_lose_nothing() {
        let sink = Arc::new(Sink::new(Vec::new()));
        let write = |name: usize| {
            let sink = sink.clone();
            move || {
                sink.rest();
                for at in 0..1_000 {
                    sink.put(format!("{name} {at}\n").as_bytes(), Level::INFO);
                    if at % 7 == 0 {
                        sink.rest();
                    }
                }
            }
        };
        let threads: Vec<_> = (0..8).map(|name| thread::spawn(write(name))).collect();
        for thread in threads {
            thread.join().unwrap();
        }
        sink.flush();
        let text = written(&sink);
        for name in 0..8 {
            let own = |line: &&str| line.starts_with(&format!("{name} "));
            let own: Vec<&str> = text.lines().filter(own).collect();
            let wanted: Vec<String> = (0..1_000).map(|at| format!("{name} {at}")).collect();
            assert_eq!(own, wanted);
        }
    }
}
