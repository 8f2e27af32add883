//! All slots and all workers.

mod ends;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kit::metrics::oom_kills;
use rustix::process::{Pid, Signal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::counts::Counts;
use super::ended::Cause;
use super::events::Events;
use super::generation::Generation;
use super::merge::Totals;
use super::slot::{Failure, Orders, dismiss};
use super::worker::{Life, Worker};

/// The slots and workers of a master. Clones share them.
#[derive(Clone)]
pub(crate) struct Fleet(Arc<Inner>);

struct Inner {
    /// The name of the socket at which workers tell what they are up to.
    ear: String,
    state: Mutex<State>,
    changed: watch::Sender<()>,
    counts: Counts,
    events: Events,
    /// Held by who renews workers, so that there is one more than there should be at most.
    surge: tokio::sync::Mutex<()>,
}

struct State {
    /// What new workers belong to.
    generation: Arc<Generation>,
    slots: Vec<Orders>,
    /// Among how many the sockets of slots are shared out, where some are to be closed.
    sharing: Option<usize>,
    /// Those that have not been reaped, by the number of their process.
    workers: BTreeMap<i32, Arc<Worker>>,
    /// What ended workers have counted.
    ended: Totals,
    /// How many kills for memory have been told.
    oom_kills: Option<u64>,
    stopping: bool,
    first: Option<Result<(), Failure>>,
    /// How workers ended that had not been told to, by their generation.
    lost: BTreeMap<u64, Failure>,
    /// Whether any worker did not become ready.
    is_troubled: bool,
}

impl Fleet {
    pub(crate) fn new(
        ear: &str,
        generation: Arc<Generation>,
        (counts, events): (Counts, Events),
        ended: Totals,
    ) -> Fleet {
        Fleet(Arc::new(Inner {
            ear: ear.to_owned(),
            state: Mutex::new(State {
                generation,
                slots: Vec::new(),
                sharing: None,
                workers: BTreeMap::new(),
                ended,
                oom_kills: oom_kills(),
                stopping: false,
                first: None,
                lost: BTreeMap::new(),
                is_troubled: false,
            }),
            changed: watch::Sender::new(()),
            counts,
            events,
            surge: tokio::sync::Mutex::default(),
        }))
    }

    pub(crate) fn ear(&self) -> &str {
        &self.0.ear
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    /// Resolves when anything has changed since the last time it did.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    pub(crate) fn tell_change(&self) {
        self.0.changed.send_replace(());
    }

    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.state().generation.clone()
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.state().slots.len()
    }

    /// All workers that have not been reaped, by slot, older ones first.
    pub(crate) fn workers(&self) -> Vec<Arc<Worker>> {
        let mut workers: Vec<_> = self.state().workers.values().cloned().collect();
        workers.sort_by_key(|worker| (worker.slot, worker.begun));
        workers
    }

    pub(crate) fn worker(&self, pid: Pid) -> Option<Arc<Worker>> {
        let pid = pid.as_raw_nonzero().get();
        self.state().workers.get(&pid).cloned()
    }

    pub(crate) fn add(&self, worker: &Arc<Worker>) {
        let late = {
            let mut state = self.state();
            state.workers.insert(worker.pid(), worker.clone());
            state.stopping
        };
        worker.tell();
        if late {
            worker.drain();
        }
        self.tell_change();
    }

    /// Why nobody should be sent here: what a worker says that is ready but for that, or that there is none.
    pub(crate) fn why_not(&self) -> Option<String> {
        let state = self.state();
        let ready = state.workers.values().filter(|worker| worker.is_ready());
        let mut why = Some("workers: no worker is ready".to_owned());
        for worker in ready {
            why = worker.why_not();
            if why.is_none() {
                break;
            }
        }
        why
    }

    /// Waits until every slot has a worker that is ready, or one did not become it.
    pub(crate) async fn complete(&self) {
        let mut changes = self.changes();
        loop {
            let is_complete = {
                let state = self.state();
                let ready = state.workers.values().filter(|worker| worker.is_ready());
                state.is_troubled || ready.count() >= state.slots.len()
            };
            if is_complete {
                return;
            }
            // The sender is in `self`.
            let _ = changes.changed().await;
        }
    }

    /// How the very first worker did, once that is known.
    pub(crate) fn first(&self) -> Option<Result<(), Failure>> {
        self.state().first.clone()
    }

    /// Notes how a worker did; whether it was the first that had anything to show.
    pub(crate) fn note(&self, done: &Result<(), Failure>) -> bool {
        let mut state = self.state();
        state.is_troubled |= done.is_err();
        let is_first = state.first.is_none();
        if is_first {
            state.first = Some(done.clone());
        }
        drop(state);
        self.tell_change();
        is_first
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.state().stopping
    }

    /// What ended workers have counted.
    pub(crate) fn with_ended<T>(&self, use_it: impl FnOnce(&Totals) -> T) -> T {
        use_it(&self.state().ended)
    }

    /// Has all workers leave for good.
    pub(crate) fn stop(&self) {
        let slots = {
            let mut state = self.state();
            state.stopping = true;
            std::mem::take(&mut state.slots)
        };
        drop(slots);
        for worker in self.workers() {
            if worker.life() != Life::Draining {
                dismiss(self, worker);
            }
        }
        self.tell_change();
    }

    /// Ends all workers at once.
    pub(crate) async fn cut(&self, within: Duration) {
        for worker in self.workers() {
            worker.signal(Signal::QUIT);
        }
        if timeout(within, self.gone()).await.is_err() {
            for worker in self.workers() {
                worker.kill(Cause::Drain);
            }
            self.gone().await;
        }
    }

    /// Waits until there is no worker any more.
    pub(crate) async fn gone(&self) {
        let mut changes = self.changes();
        while !self.state().workers.is_empty() {
            // The sender is in `self`.
            let _ = changes.changed().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
