//! A slot: the place of one worker, which is started again when it ends, and renewed without a gap.

use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Fuse, FusedFuture};
use rustix::process::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::backoff::Backoff;
use super::begin::begin;
use super::ended::Cause;
use super::fleet::Fleet;
use super::generation::Generation;
use super::worker::Worker;

/// How long a worker that is asked to end at once may take.
const ABRUPT: Duration = Duration::from_secs(2);

/// Why there is no worker that is ready.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// One sentence.
    pub(crate) reason: String,
    /// What it wrote last.
    pub(crate) lines: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// What a slot is to do.
pub(crate) enum Order {
    /// Have a worker of this generation take over, once it is ready.
    Renew(Arc<Generation>, oneshot::Sender<Result<(), Failure>>),
    /// Have its worker leave, and end.
    Close,
}

/// The orders to a slot; it closes when this is dropped.
pub(crate) type Orders = mpsc::UnboundedSender<Order>;

/// Opens a slot, with the worker that is there already if there is one.
pub(crate) fn open(
    fleet: &Fleet,
    number: usize,
    generation: Arc<Generation>,
    worker: Option<Arc<Worker>>,
) -> Orders {
    let (orders, come) = mpsc::unbounded_channel();
    let slot = Slot {
        fleet: fleet.clone(),
        number,
        generation,
        worker,
        backoff: Backoff::default(),
    };
    tokio::spawn(slot.run(come));
    orders
}

struct Slot {
    fleet: Fleet,
    /// From 0; shown from 1.
    number: usize,
    /// That of the last worker that was ready.
    generation: Arc<Generation>,
    worker: Option<Arc<Worker>>,
    backoff: Backoff,
}

impl Slot {
    async fn run(mut self, mut come: mpsc::UnboundedReceiver<Order>) {
        loop {
            let order = tokio::select! {
                biased;
                order = come.recv() => order,
                () = self.is_missing() => {
                    let generation = self.latest();
                    let begun = begin(&self.fleet, self.number, &generation).await;
                    // What went wrong is in the log; the next pause is longer.
                    let _ = self.take(begun, generation);
                    continue;
                }
            };
            match order {
                Some(Order::Renew(generation, done)) => {
                    // Who ordered may be gone, as at the end.
                    let _ = done.send(self.renew(generation).await);
                }
                Some(Order::Close) | None => break,
            }
        }
        if let Some(worker) = self.worker.take() {
            dismiss(&self.fleet, worker);
        }
    }

    /// The worker ended, or leaves because somebody else has told it to.
    fn lost(&mut self, worker: Arc<Worker>) {
        self.worker = None;
        self.backoff.ended(worker.was_ready_for());
        if !worker.is_ended() {
            dismiss(&self.fleet, worker);
        }
    }

    /// Its generation, with the options as they have been changed since.
    fn latest(&self) -> Arc<Generation> {
        let now = self.fleet.generation();
        match now.number == self.generation.number {
            true => now,
            false => self.generation.clone(),
        }
    }

    /// The pause before the next start: none at first, then longer and longer, and never twice the same.
    async fn pause(&self) {
        if let Some(pause) = self.backoff.pause(fastrand::f64()) {
            tracing::info!(
                slot = self.number + 1,
                pause_ms = pause.as_secs_f64() * 1e3,
                "starting a worker again after a pause"
            );
            let _pausing = self.fleet.counts().pauses.begin(self.number, pause);
            sleep(pause).await;
        }
    }

    /// Puts a new worker in the place of the one that is there. If that ends meanwhile, another of its kind stands in.
    async fn renew(&mut self, next: Arc<Generation>) -> Result<(), Failure> {
        let (fleet, number, own) = (self.fleet.clone(), self.number, self.latest());
        let has_one = self.worker.is_some();
        let mut begun = pin!(begin(&fleet, number, &next));
        let mut stand_in = pin!(Fuse::terminated());
        let begun = loop {
            tokio::select! {
                biased;
                begun = &mut begun => break begun,
                begun = &mut stand_in, if !stand_in.is_terminated() => {
                    // What went wrong is in the log; the next pause is longer.
                    let _ = self.take(begun, own.clone());
                }
                () = self.is_missing(), if has_one && stand_in.is_terminated() => {
                    stand_in.set(begin(&fleet, number, &own).fuse());
                }
            }
        };
        if begun.is_err() && !stand_in.is_terminated() {
            let _ = self.take(stand_in.await, own.clone());
        }
        self.take(begun, next.clone())
    }

    /// Waits until there is no worker, or it leaves, and it is time for another.
    async fn is_missing(&mut self) {
        if let Some(worker) = self.worker.clone() {
            worker.leaves().await;
            self.lost(worker);
        }
        if self.fleet.is_stopping() {
            return pending().await;
        }
        self.pause().await;
    }

    /// Has the worker that has begun take over.
    fn take(
        &mut self,
        begun: Result<Arc<Worker>, Failure>,
        generation: Arc<Generation>,
    ) -> Result<(), Failure> {
        let is_first = self
            .fleet
            .note(&begun.as_ref().map(drop).map_err(Clone::clone));
        match begun {
            Ok(worker) => {
                if let Some(before) = self.worker.replace(worker) {
                    dismiss(&self.fleet, before);
                }
                self.generation = generation;
                Ok(())
            }
            Err(failure) => {
                let is_own = generation.number == self.generation.number;
                if is_own && self.worker.is_none() {
                    self.backoff.failed();
                }
                let slot = self.number + 1;
                let generation = generation.number;
                // Of the first its master tells, and ends.
                if !is_first {
                    tracing::error!(slot, generation, "{failure}");
                }
                Err(failure)
            }
        }
    }
}

/// Has a worker leave; it is helped if it does not.
pub(crate) fn dismiss(fleet: &Fleet, worker: Arc<Worker>) {
    worker.drain();
    fleet.tell_change();
    tokio::spawn(async move {
        if !worker.ended_within(worker.generation.limits.drain).await {
            tracing::warn!(pid = worker.pid(), "{worker} did not leave in time");
            worker.signal(Signal::QUIT);
            if !worker.ended_within(ABRUPT).await {
                worker.kill(Cause::Drain);
            }
        }
    });
}
