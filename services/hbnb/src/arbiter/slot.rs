//! A slot: the place of one worker, which is started again when it ends, and renewed without a gap.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Fuse, FusedFuture};
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

/// A worker that has begun, or why there is none, and the generation that it is of.
type Begun = (Arc<Generation>, Result<Arc<Worker>, Failure>);

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
        stand_in: Fuse::terminated(),
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
    /// One that begins, where there is none.
    stand_in: Fuse<BoxFuture<'static, Begun>>,
    backoff: Backoff,
}

impl Slot {
    async fn run(mut self, mut come: mpsc::UnboundedReceiver<Order>) {
        loop {
            let order = tokio::select! {
                biased;
                order = come.recv() => order,
                never = self.keep() => match never {},
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

    /// Has another worker stand in for each that ends. When this is dropped, one that begins goes on at the next call.
    async fn keep(&mut self) -> Infallible {
        loop {
            if self.stand_in.is_terminated() {
                self.is_missing().await;
                self.stand_in = begin_of(self.fleet.clone(), self.number, self.latest())
                    .boxed()
                    .fuse();
            }
            let begun = (&mut self.stand_in).await;
            // What went wrong is in the log; the next pause is longer.
            let _ = self.take(begun);
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
    async fn pause(&mut self) {
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
        // A slot that is empty waits for the new one alone.
        let is_kept = self.worker.is_some() || !self.stand_in.is_terminated();
        let begun = tokio::select! {
            biased;
            begun = begin_of(self.fleet.clone(), self.number, next) => begun,
            never = self.keep(), if is_kept => match never {},
        };
        if begun.1.is_ok() {
            self.stand_in = Fuse::terminated();
        }
        self.take(begun)
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
    fn take(&mut self, (generation, begun): Begun) -> Result<(), Failure> {
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

async fn begin_of(fleet: Fleet, slot: usize, generation: Arc<Generation>) -> Begun {
    let begun = begin(&fleet, slot, &generation).await;
    (generation, begun)
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
