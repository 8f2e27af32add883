//! A slot: the place of one worker, which is started again when it ends, and renewed without a gap.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::begin::begin;
use super::ended::Cause;
use super::fleet::Fleet;
use super::generation::Generation;
use super::worker::Worker;

/// The pause after a second worker that did not live, doubled with each more, up to the second. One that was well for the
/// third has lived.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
const WELL: Duration = Duration::from_secs(60);
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
        failures: 0,
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
    /// How many in a row did not live.
    failures: u32,
}

impl Slot {
    async fn run(mut self, mut come: mpsc::UnboundedReceiver<Order>) {
        loop {
            let order = tokio::select! {
                biased;
                order = come.recv() => order,
                () = self.go_on() => continue,
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
        self.failures = match worker.was_well_for(WELL) {
            true => 0,
            false => self.failures + 1,
        };
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
        if let Some(pause) = pause(self.failures, fastrand::f64()) {
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
    async fn renew(&mut self, generation: Arc<Generation>) -> Result<(), Failure> {
        let (fleet, number) = (self.fleet.clone(), self.number);
        let has_one = self.worker.is_some();
        let begun = {
            let next = begin(&fleet, number, &generation);
            tokio::pin!(next);
            loop {
                tokio::select! {
                    biased;
                    begun = &mut next => break begun,
                    () = self.go_on(), if has_one => {}
                }
            }
        };
        self.take(begun, generation)
    }

    /// Waits until the worker leaves; if there is none, has one of its kind begin.
    async fn go_on(&mut self) {
        match self.worker.clone() {
            Some(worker) => {
                worker.leaves().await;
                self.lost(worker);
            }
            None if self.fleet.is_stopping() => pending().await,
            None => {
                self.pause().await;
                let generation = self.latest();
                let begun = begin(&self.fleet, self.number, &generation).await;
                // What went wrong is in the log; the next pause is longer.
                let _ = self.take(begun, generation);
            }
        }
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
                self.failures += u32::from(self.worker.is_none());
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

/// The pause after so many failures; `dice` from 0 to 1 takes up to half of it away.
fn pause(failures: u32, dice: f64) -> Option<Duration> {
    let doublings = failures.checked_sub(2)?;
    let full = PAUSES
        .0
        .saturating_mul(1 << doublings.min(16))
        .min(PAUSES.1);
    Some(full.mul_f64(1.0 - dice / 2.0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause;

    #[test]
    fn pauses_grow_to_half_a_minute() {
        let pauses = (0..12).map(|failures| pause(failures, 0.0));
        let millis: Vec<_> = pauses
            .map(|pause| pause.map(|pause| pause.as_millis()))
            .collect();
        assert_eq!(millis[..4], [None, None, Some(200), Some(400)]);
        assert_eq!(millis[11], Some(30_000));
        assert_eq!(pause(u32::MAX, 1.0), Some(Duration::from_secs(15)));
    }
}
