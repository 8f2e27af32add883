//! All slots and all workers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kit::metrics::oom_kills;
use rustix::process::{Pid, Signal};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::counts::Counts;
use super::generation::Generation;
use super::merge::Totals;
use super::slot::{self, Failure, Order, Orders, dismiss};
use super::worker::{Cause, Ended, How, Life, Worker};

/// The slots and workers of a master. Clones share them.
#[derive(Clone)]
pub(crate) struct Fleet(Arc<Inner>);

struct Inner {
    /// The name of the socket at which workers tell what they are up to.
    ear: String,
    state: Mutex<State>,
    changed: watch::Sender<()>,
    counts: Counts,
    /// Held by who renews workers, so that there is one more than there should be at most.
    surge: tokio::sync::Mutex<()>,
}

struct State {
    /// What new workers belong to.
    generation: Arc<Generation>,
    slots: Vec<Orders>,
    /// Those that have not been reaped, by the number of their process.
    workers: BTreeMap<i32, Arc<Worker>>,
    /// What ended workers have counted.
    ended: Totals,
    /// How often the kernel has killed for memory.
    oom_kills: Option<u64>,
    stopping: bool,
    first: Option<Result<(), Failure>>,
    /// Whether any worker did not become ready.
    is_troubled: bool,
}

impl Fleet {
    pub(crate) fn new(
        ear: &str,
        generation: Arc<Generation>,
        counts: Counts,
        ended: Totals,
    ) -> Fleet {
        Fleet(Arc::new(Inner {
            ear: ear.to_owned(),
            state: Mutex::new(State {
                generation,
                slots: Vec::new(),
                workers: BTreeMap::new(),
                ended,
                oom_kills: oom_kills(),
                stopping: false,
                first: None,
                is_troubled: false,
            }),
            changed: watch::Sender::new(()),
            counts,
            surge: tokio::sync::Mutex::default(),
        }))
    }

    pub(crate) fn ear(&self) -> &str {
        &self.0.ear
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
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

    /// Takes a worker that was reaped out.
    pub(crate) fn take(&self, pid: Pid) -> Option<Arc<Worker>> {
        let pid = pid.as_raw_nonzero().get();
        self.state().workers.remove(&pid)
    }

    /// Notes the end of a worker that was taken out, and tells of it.
    pub(crate) fn worker_ended(&self, worker: &Worker, how: How) {
        worker.output.pass_on_what_is_there();
        if let Some(access) = &worker.access {
            access.pass_on_what_is_there();
        }
        let cause = self.cause(worker, how);
        match worker.board.left() {
            Ok(left) if !left.is_empty() => self.state().ended.add(&left),
            _ => self.state().ended.add(&worker.metrics()),
        }
        // Of the first its master tells, and ends.
        if self.first().is_some() {
            tell_end(worker, how, cause);
        }
        let asked = worker.life() == Life::Draining;
        worker.turns(Life::Ended(Ended { how, cause }));
        self.0.counts.ended(cause, asked);
        self.tell_change();
    }

    fn cause(&self, worker: &Worker, how: How) -> Cause {
        let oom_kills = oom_kills();
        let before = std::mem::replace(&mut self.state().oom_kills, oom_kills);
        let killed = how == How::Signal(Signal::KILL.as_raw());
        match (worker.killed(), how) {
            (Some(cause), _) => cause,
            (None, How::Exit(0)) => Cause::Asked,
            (None, How::Exit(code)) if code == i32::from(kit::watchdog::STUCK) => Cause::Stuck,
            (None, How::Exit(_)) => Cause::Exit,
            (None, How::Signal(_)) if killed && oom_kills > before => Cause::Oom,
            (None, How::Signal(_)) => Cause::Signal,
        }
    }

    /// Opens slots until there are so many, or closes the last ones. Each has a worker of the current generation started.
    pub(crate) fn resize(&self, slots: usize) {
        let (now, generation, closed) = {
            let mut state = self.state();
            let now = state.slots.len();
            let closed = state.slots.split_off(slots.min(now));
            (now, state.generation.clone(), closed)
        };
        for number in now..slots {
            let orders = slot::open(self, number, generation.clone(), None);
            self.state().slots.push(orders);
        }
        for orders in closed {
            // A slot that has ended has closed.
            let _ = orders.send(Order::Close);
        }
        self.tell_change();
    }

    /// The process of each slot's worker; none where it is being started again.
    pub(crate) fn by_slot(&self) -> Vec<Option<i32>> {
        let workers = self.workers();
        let mine = |slot| {
            let mut mine = workers.iter().filter(|worker| worker.slot == slot);
            mine.rfind(|worker| worker.life() != Life::Draining)
                .map(|worker| worker.pid())
        };
        (0..self.slots()).map(mine).collect()
    }

    /// Takes a worker over that another program has started. Of one that leaves is seen to it that it does.
    pub(crate) fn adopt(&self, worker: &Arc<Worker>) {
        self.state().workers.insert(worker.pid(), worker.clone());
        worker.pass_on();
        if worker.life() == Life::Draining {
            dismiss(self, worker.clone());
        }
    }

    /// Opens the next slot with the worker that it has already, if it has one.
    pub(crate) fn open(&self, worker: Option<Arc<Worker>>) {
        let number = self.slots();
        let generation = worker
            .as_ref()
            .map_or_else(|| self.generation(), |worker| worker.generation.clone());
        let orders = slot::open(self, number, generation, worker);
        self.state().slots.push(orders);
        self.tell_change();
    }

    /// Has a worker of this generation take over in a slot.
    pub(crate) async fn renew(
        &self,
        slot: usize,
        generation: &Arc<Generation>,
    ) -> Result<(), Failure> {
        let (done, result) = oneshot::channel();
        let order = Order::Renew(generation.clone(), done);
        let orders = self.state().slots.get(slot).cloned();
        let gone = || Failure {
            reason: format!("slot {} was closed meanwhile", slot + 1),
            lines: Vec::new(),
        };
        let sent = orders.is_some_and(|orders| orders.send(order).is_ok());
        match sent {
            true => result.await.unwrap_or_else(|_| Err(gone())),
            false => Err(gone()),
        }
    }

    /// Lets one at a time renew workers.
    pub(crate) async fn surge(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.surge.lock().await
    }

    /// What new workers belong to from now on.
    pub(crate) fn set_generation(&self, generation: Arc<Generation>) {
        self.state().generation = generation;
        self.tell_change();
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

/// Tells of a worker's end, and of each request that was cut off by it.
fn tell_end(worker: &Worker, how: How, cause: Cause) {
    let pid = worker.pid();
    let flights = worker.board.flights();
    match cause {
        Cause::Asked => tracing::info!(pid, "{worker} has left"),
        // Who waits for it to become ready tells, or it has told itself.
        Cause::Exit if worker.life() == Life::Starting => {
            tracing::debug!(pid, "{worker} ended with {how}");
        }
        Cause::Oom => tracing::error!(
            pid,
            "{worker} was killed by the kernel, which wanted its memory: give the service more of it, or fewer workers"
        ),
        _ => tracing::error!(
            pid,
            cause = cause.label(),
            in_flight = flights.len(),
            "{worker} ended with {how}"
        ),
    }
    for flight in flights {
        let age_ms = flight.age.as_secs_f64() * 1e3;
        let (method, path, request_id) = (flight.method, flight.path, flight.request_id);
        tracing::error!(target: "http", method, path, request_id, age_ms, pid, aborted = true, "cut off by the end of its worker");
    }
}
