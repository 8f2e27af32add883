//! Whether this process should be sent requests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// A runtime that has not run a task for so long is taken to be stuck for good.
const STUCK: Duration = Duration::from_secs(10);

/// The state that the probes report. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<State>);

#[derive(Debug, Default)]
struct State {
    started: AtomicBool,
    draining: AtomicBool,
    pulse: Mutex<Pulse>,
    blocks: Mutex<BTreeMap<String, String>>,
    changes: watch::Sender<()>,
}

/// The pulse of the runtime that serves clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// It has not begun.
    #[default]
    Awaited,
    /// The last beat; there must be more.
    Last(Instant),
    /// No more is to be expected: the server has ended.
    Over,
}

impl Health {
    /// A process that is starting, therefore not ready.
    pub fn new() -> Health {
        Health::default()
    }

    /// Says that the start is complete: ready from now on, unless blocked or draining.
    pub fn started(&self) {
        self.0.started.store(true, Ordering::Release);
        self.changed();
    }

    /// Makes the process not ready for a `reason` (one line) until `name` is cleared. A later reason replaces an earlier one.
    pub fn block(&self, name: &str, reason: &str) {
        let before = self.blocks().insert(name.to_owned(), reason.to_owned());
        if before.as_deref() != Some(reason) {
            self.changed();
        }
    }

    /// Takes back the block of this name, if there is one.
    pub fn clear(&self, name: &str) {
        let before = self.blocks().remove(name);
        if before.is_some() {
            self.changed();
        }
    }

    /// Says that the process is about to end: not ready for good, and answers ask clients to close their connection.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
        self.changed();
    }

    /// Says that the runtime that serves clients runs its tasks. Once there is a first beat there must be more.
    pub(crate) fn beat(&self) {
        let mut pulse = self.lock_pulse();
        if *pulse != Pulse::Over {
            *pulse = Pulse::Last(Instant::now());
        }
    }

    /// Says that no more beats are to be expected.
    pub(crate) fn end_pulse(&self) {
        *self.lock_pulse() = Pulse::Over;
    }

    /// The pulse as it is now.
    pub(crate) fn pulse(&self) -> Pulse {
        *self.lock_pulse()
    }

    /// Whether the last beat is not too long ago.
    pub(crate) fn is_alive(&self) -> bool {
        match self.pulse() {
            Pulse::Last(beat) => beat.elapsed() < STUCK,
            Pulse::Awaited | Pulse::Over => true,
        }
    }

    /// Whether [`Health::started`] was called.
    pub fn is_started(&self) -> bool {
        self.0.started.load(Ordering::Acquire)
    }

    /// Whether [`Health::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }

    /// Whether the process should be sent requests.
    pub fn is_ready(&self) -> bool {
        self.why_not().is_none()
    }

    /// One line that says why the process is not ready; `None` when it is.
    pub fn why_not(&self) -> Option<String> {
        if self.is_draining() {
            return Some("draining".to_owned());
        }
        if !self.is_started() {
            return Some("starting".to_owned());
        }
        let blocks = self.blocks();
        blocks
            .first_key_value()
            .map(|(name, reason)| format!("{name}: {reason}"))
    }

    /// Told of each change after which [`Health::why_not`] may say something else, so that nobody needs to ask again and
    /// again.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    fn changed(&self) {
        self.0.changes.send_replace(());
    }

    fn lock_pulse(&self) -> MutexGuard<'_, Pulse> {
        self.0.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn blocks(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
