//! How long a client may take. hyper's header timer would also end idle connections, and nothing limits the sniffing of
//! the HTTP version, so the stream keeps the time itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a client may take. While a request is being answered, only `body` and `write` run.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// From the accept to the first byte.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its head (HTTP/1).
    pub head: Duration,
    /// Without a request on a connection that has had one, or that speaks HTTP/2.
    pub idle: Duration,
    /// Without a byte of the body that the service waits for.
    pub body: Duration,
    /// Without room for a byte of an answer.
    pub write: Duration,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks {
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(15),
            write: Duration::from_secs(30),
        }
    }
}

/// What a client took too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Idle,
    Head,
    Body,
    Write,
    Request,
}

/// The clock of one connection; clones share it.
#[derive(Clone)]
pub(super) struct Clock(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    cut: Notify,
}

pub(super) struct State {
    clocks: Clocks,
    phase: Phase,
    since: Instant,
    in_flight: usize,
    http2: bool,
    /// How many answers wait for the client to read, and when it last did.
    waiting: usize,
    moved: Instant,
    /// Why the connection ends, if a clock ends it.
    late: Option<Late>,
    /// When the stream will look at the clock of itself, and whom to wake if it should do so earlier.
    pub(super) armed: Option<Instant>,
    pub(super) reader: Option<Waker>,
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
        let state = State {
            clocks,
            phase: Phase::Silent,
            since: Instant::now(),
            in_flight: 0,
            http2: false,
            waiting: 0,
            moved: Instant::now(),
            late: None,
            armed: None,
            reader: None,
        };
        Clock(Arc::new(Shared {
            state: Mutex::new(state),
            cut: Notify::new(),
        }))
    }

    /// A request is being answered until the returned value is dropped.
    pub(super) fn answering(&self) -> Answering {
        self.state().in_flight += 1;
        Answering(self.clone())
    }

    /// Ends the connection at its next read, which is woken.
    pub(super) fn end(&self, late: Late) {
        let mut state = self.state();
        state.late.get_or_insert(late);
        let reader = state.reader.take();
        drop(state);
        reader.into_iter().for_each(Waker::wake);
    }

    /// Ends the connection now, in the middle of its answers.
    pub(super) fn cut(&self, late: Late) {
        self.state().late.get_or_insert(late);
        self.0.cut.notify_one();
    }

    /// Waits until the connection is to end now.
    pub(super) async fn is_cut(&self) {
        self.0.cut.notified().await;
    }

    /// What the client took too long for, if that ended the connection.
    pub(super) fn late(&self) -> Option<Late> {
        self.state().late
    }

    /// When to look for a stalled client next.
    pub(super) fn next_look(&self) -> Instant {
        let state = self.state();
        let from = if state.waiting > 0 {
            state.moved
        } else {
            Instant::now()
        };
        from + state.clocks.write
    }

    pub(super) fn clocks(&self) -> Clocks {
        self.state().clocks
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let state = &self.0.state;
        state.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// An answer that waited for the client, or did not, now does or does not.
    pub(super) fn answer_waits(&mut self, before: bool, now: bool) {
        self.waiting = self.waiting + usize::from(now) - usize::from(before);
        if now {
            self.moved = Instant::now();
        }
    }

    /// Whether an answer has waited too long for the client. On HTTP/1 writes tell.
    pub(super) fn is_stalled(&self) -> bool {
        self.http2 && self.waiting > 0 && self.moved + self.clocks.write <= Instant::now()
    }

    /// Whether the client speaks HTTP/2; `None` as long as it has said nothing.
    pub(super) fn speaks_http2(&self) -> Option<bool> {
        (self.phase != Phase::Silent).then_some(self.http2)
    }

    /// Whether no request has been answered for so long.
    pub(super) fn is_idle_for(&self, time: Duration) -> bool {
        self.in_flight == 0 && self.since.elapsed() >= time
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    /// Whether the client has taken too long by now, which is noted.
    pub(super) fn is_late(&mut self) -> bool {
        if self
            .deadline()
            .is_some_and(|deadline| deadline <= Instant::now())
        {
            self.late.get_or_insert(match self.phase {
                Phase::Silent | Phase::Idle => Late::Idle,
                Phase::Head => Late::Head,
            });
        }
        self.late.is_some()
    }

    /// When the client has taken too long, if a clock runs.
    pub(super) fn deadline(&self) -> Option<Instant> {
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

    pub(super) fn has_read(&mut self, bytes: &[u8]) {
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
    pub(super) fn has_written(&mut self) {
        if self.http2 {
            self.moved = Instant::now();
        }
        if self.phase == Phase::Idle {
            self.since = Instant::now();
        }
    }
}
