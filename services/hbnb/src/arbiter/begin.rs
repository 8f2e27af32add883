//! The beginning of a worker, until it has shown that it works.

use std::sync::Arc;

use super::ended::Cause;
use super::fleet::Fleet;
use super::generation::Generation;
use super::slot::{Failure, dismiss};
use super::spawn::spawn;
use super::trial::{becomes_ready, is_canary};
use super::worker::Worker;

/// Starts a worker for a slot and waits until it is ready.
pub(crate) async fn begin(
    fleet: &Fleet,
    slot: usize,
    generation: &Arc<Generation>,
) -> Result<Arc<Worker>, Failure> {
    let slots = fleet.sharing().max(slot + 1);
    let place = (slot, slots);
    let worker =
        spawn(generation, place, fleet.ear(), fleet.events()).map_err(|error| Failure {
            reason: format!("a worker cannot be started: {error}"),
            lines: Vec::new(),
        })?;
    tracing::debug!(pid = worker.pid(), "{worker} was started");
    fleet.add(&worker);
    worker.pass_on();
    let is_canary = is_canary(fleet, generation);
    let awaited = Awaited(fleet, Some(worker.clone()));
    let begun = works(&worker, is_canary).await;
    awaited.settle();
    begun.map(|()| worker)
}

/// Waits until a worker has shown that it works; one that does not is ended.
pub(crate) async fn works(worker: &Worker, is_canary: bool) -> Result<(), Failure> {
    match becomes_ready(worker, is_canary).await {
        Ok(()) => {
            tracing::info!(pid = worker.pid(), "{worker} is ready");
            Ok(())
        }
        Err(reason) => {
            worker.kill(Cause::Start);
            worker.ended().await;
            let lines = worker.output.last();
            Err(Failure { reason, lines })
        }
    }
}

/// A worker that somebody waits for; it leaves if nobody does any more.
struct Awaited<'a>(&'a Fleet, Option<Arc<Worker>>);

impl Awaited<'_> {
    /// What becomes of it is known.
    fn settle(mut self) {
        self.1 = None;
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if let Some(worker) = self.1.take() {
            dismiss(self.0, worker);
        }
    }
}
