//! Whether a new worker works.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::fleet::Fleet;
use super::generation::Generation;
use super::greet::greet;
use super::worker::Worker;

/// How long the first worker of another generation is looked at before one of the generation in force leaves for it, and
/// how soon after a wrong answer an end is told instead of it.
const PROOF: Duration = Duration::from_secs(1);

/// Whether no worker has shown yet that this generation works.
pub(crate) fn is_canary(fleet: &Fleet, generation: &Generation) -> bool {
    let is_in_force = fleet.generation().number == generation.number;
    let mut workers = fleet.workers().into_iter();
    !is_in_force
        && !workers.any(|worker| worker.generation.number == generation.number && worker.is_ready())
}

/// Waits until it is ready and has answered once, and for a canary a little longer; one sentence if it does not come to that.
pub(crate) async fn becomes_ready(worker: &Worker, is_canary: bool) -> Result<(), String> {
    let limit = worker.generation.limits.start;
    let begun = Instant::now();
    match timeout(limit, worker.ready()).await {
        Ok(Ok(())) => {}
        Ok(Err(ended)) => {
            return Err(format!(
                "{worker} ended before it was ready, with {}",
                ended.how
            ));
        }
        Err(_) => {
            let status = worker.status();
            let why = if status.is_empty() {
                "it says nothing"
            } else {
                &status
            };
            return Err(format!("{worker} was not ready within {limit:?}: {why}"));
        }
    }
    let left = limit.saturating_sub(begun.elapsed());
    match timeout(left, greet(&worker.door)).await {
        Ok(Ok(())) if is_canary => lives_on(worker).await,
        Ok(Ok(())) => Ok(()),
        // The connections of one that dies are closed before its end is known.
        Ok(Err(wrong)) => Err(match lives_on(worker).await {
            Ok(()) => format!("{worker} is ready, but its first answer is not right: {wrong}"),
            Err(ended) => ended,
        }),
        Err(_) => Err(format!(
            "{worker} is ready, but gave no answer within {limit:?}"
        )),
    }
}

async fn lives_on(worker: &Worker) -> Result<(), String> {
    match timeout(PROOF, worker.ended()).await {
        Ok(ended) => Err(format!(
            "{worker} was ready, and ended soon after, with {}",
            ended.how
        )),
        Err(_) => Ok(()),
    }
}
