//! A worker, as its master sees it.

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use kit::board::Board;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

pub(crate) use super::ended::Life;
use super::ended::{Cause, Ended};
use super::events::{Events, What};
use super::generation::Generation;
use super::output::Output;

/// A worker, from its start until it is reaped.
pub(crate) struct Worker {
    pub(crate) pid: Pid,
    /// From 0; shown from 1.
    pub(crate) slot: usize,
    pub(crate) generation: Arc<Generation>,
    pub(crate) begun: SystemTime,
    pub(crate) board: Board,
    /// The name of an abstract unix socket: its admin listener, which nobody but its master knows.
    pub(crate) door: String,
    pub(crate) output: Output,
    /// The lines of its requests, where they go a way of their own.
    pub(crate) access: Option<Output>,
    /// The end of a pipe that tells the worker that its master is there.
    pub(crate) alive: OwnedFd,
    /// What differs from worker to worker, so that not all are renewed at once: from 0 to 1.
    pub(crate) dice: f64,
    life: watch::Sender<Life>,
    events: Events,
    said: Mutex<Said>,
}

/// What it has told lately.
#[derive(Default)]
struct Said {
    status: String,
    metrics: String,
    /// Since when it is ready.
    ready: Option<Instant>,
    /// Why it was killed, if it was.
    killed: Option<Cause>,
    /// How many looks in a row it was too large.
    large: u32,
    /// Whether another is to take its place.
    replaced: bool,
}

/// What a worker is made of.
pub(crate) struct Parts {
    pub(crate) pid: Pid,
    pub(crate) slot: usize,
    pub(crate) generation: Arc<Generation>,
    pub(crate) begun: SystemTime,
    pub(crate) board: Board,
    pub(crate) door: String,
    pub(crate) output: Output,
    pub(crate) access: Option<Output>,
    pub(crate) alive: OwnedFd,
    pub(crate) life: Life,
    pub(crate) events: Events,
}

impl Worker {
    pub(crate) fn new(parts: Parts) -> Arc<Worker> {
        let Parts {
            pid,
            slot,
            generation,
            begun,
            board,
            door,
            output,
            access,
            alive,
            life,
            events,
        } = parts;
        Arc::new(Worker {
            pid,
            slot,
            generation,
            begun,
            board,
            door,
            output,
            access,
            alive,
            dice: fastrand::f64(),
            life: watch::Sender::new(life),
            events,
            said: Mutex::default(),
        })
    }

    /// Passes on what it writes, as tasks, until it has ended.
    pub(crate) fn pass_on(&self) {
        for output in std::iter::once(&self.output).chain(&self.access) {
            tokio::spawn(output.clone().pass_on());
        }
    }

    pub(crate) fn life(&self) -> Life {
        *self.life.borrow()
    }

    /// Notes the next part of its life; nothing comes after the end.
    pub(crate) fn turns(&self, next: Life) {
        if next == Life::Ready {
            self.said().ready.get_or_insert_with(Instant::now);
        }
        let has_turned = self.life.send_if_modified(|now| {
            let goes_on = match (*now, next) {
                (Life::Ended(_), _) => false,
                (Life::Draining, Life::Ready) => false,
                (now, next) => now != next,
            };
            if goes_on {
                *now = next;
            }
            goes_on
        });
        if has_turned {
            self.tell();
        }
    }

    /// Tells where it is in its life.
    pub(crate) fn tell(&self) {
        let life = self.life();
        self.events.tell(What::Worker {
            slot: self.slot + 1,
            generation: self.generation.number,
            pid: self.pid(),
            state: life.label(),
            cause: match life {
                Life::Ended(ended) => Some(ended.cause.label()),
                _ => None,
            },
        });
    }

    /// Waits until it is ready; how it ended if it did before.
    pub(crate) async fn ready(&self) -> Result<(), Ended> {
        let mut life = self.life.subscribe();
        // The sender is in `self`.
        let turned = life.wait_for(|life| matches!(life, Life::Ready | Life::Ended(_)));
        match turned.await.map(|life| *life) {
            Ok(Life::Ended(ended)) => Err(ended),
            _ => Ok(()),
        }
    }

    /// Waits until it leaves, or has ended.
    pub(crate) async fn leaves(&self) {
        let mut life = self.life.subscribe();
        let turned = life.wait_for(|life| matches!(life, Life::Draining | Life::Ended(_)));
        // The sender is in `self`.
        let _ = turned.await;
    }

    pub(crate) async fn ended(&self) -> Ended {
        let mut life = self.life.subscribe();
        loop {
            if let Life::Ended(ended) = *life.borrow_and_update() {
                return ended;
            }
            // The sender is in `self`.
            let _ = life.changed().await;
        }
    }

    /// Whether it ends within this time.
    pub(crate) async fn ended_within(&self, limit: Duration) -> bool {
        timeout(limit, self.ended()).await.is_ok()
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.life(), Life::Ended(_))
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.life() == Life::Ready
    }

    /// Why it should be sent no requests although it was ready once; none if it should.
    pub(crate) fn why_not(&self) -> Option<String> {
        let status = self.status();
        status.strip_prefix("not ready: ").map(str::to_owned)
    }

    /// Sends a signal, unless it has ended: until it is reaped its number is nobody else's.
    pub(crate) fn signal(&self, signal: Signal) {
        if !self.is_ended()
            && let Err(error) = kill_process(self.pid, signal)
        {
            tracing::warn!(pid = self.pid(), ?signal, %error, "the signal cannot be sent");
        }
    }

    /// Ends it at once, for this reason.
    pub(crate) fn kill(&self, cause: Cause) {
        self.said().killed.get_or_insert(cause);
        self.signal(Signal::KILL);
    }

    /// Asks it to end because it is stuck.
    pub(crate) fn ask_to_abort(&self, signal: Signal) {
        self.said().killed.get_or_insert(Cause::Stuck);
        self.signal(signal);
    }

    /// Notes that another takes its place; whether that is new.
    pub(crate) fn is_replaced_now(&self) -> bool {
        !std::mem::replace(&mut self.said().replaced, true)
    }

    pub(crate) fn is_replaced_later(&self) {
        self.said().replaced = false;
    }

    /// For how many looks it has been too large now.
    pub(crate) fn large_looks(&self, is_large: bool) -> u32 {
        let mut said = self.said();
        said.large = if is_large { said.large + 1 } else { 0 };
        said.large
    }

    /// Has it finish what it does and leave.
    pub(crate) fn drain(&self) {
        self.turns(Life::Draining);
        self.signal(Signal::TERM);
    }

    /// How long ago it became ready; zero if it never did.
    pub(crate) fn was_ready_for(&self) -> Duration {
        let since = self.said().ready;
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub(crate) fn killed(&self) -> Option<Cause> {
        self.said().killed
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What it says of itself.
    pub(crate) fn status(&self) -> String {
        self.said().status.clone()
    }

    pub(crate) fn says(&self, status: &str) {
        status.clone_into(&mut self.said().status);
    }

    /// The metrics that it told last.
    pub(crate) fn metrics(&self) -> String {
        self.said().metrics.clone()
    }

    pub(crate) fn tells_metrics(&self, text: String) {
        self.said().metrics = text;
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slot, generation) = (self.slot + 1, self.generation.number);
        write!(f, "worker {slot} of generation {generation}")
    }
}
