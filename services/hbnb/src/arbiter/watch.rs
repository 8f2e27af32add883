//! Looking after workers: whether they live, and whether they are old.

use std::convert::Infallible;
use std::fs::read_to_string;
use std::sync::Arc;
use std::time::Duration;

use kit::telemetry;
use rustix::param::page_size;
use rustix::process::Signal;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::ended::Cause;
use super::fleet::Fleet;
use super::generation::Limits;
use super::reload::renew;
use super::trim::trim;
use super::worker::{Life, Worker};

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// After how many looks without any change the master is at rest.
const QUIET_LOOKS: u32 = 5;
/// A stuck worker ends itself, so that its log and traces are whole. One that cannot do even that is asked by SIGABRT so
/// long after, and killed so long after that.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(1));
/// How many looks in a row a worker must be too large, lest one large answer count.
const LARGE_LOOKS: u32 = 3;

/// Looks after all workers for as long as it is polled.
pub(crate) async fn watch(fleet: &Fleet) -> Infallible {
    let mut next = interval(BETWEEN_LOOKS);
    next.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Instant::now();
    let (mut changes, mut quiet) = (fleet.changes(), 0_u32);
    loop {
        next.tick().await;
        telemetry::tell();
        quiet = match changes.has_changed() {
            Ok(false) => quiet.saturating_add(1),
            // The sender is in the fleet.
            Ok(true) | Err(_) => 0,
        };
        changes.mark_unchanged();
        if quiet == QUIET_LOOKS
            && let Err(error) = trim()
        {
            tracing::debug!(%error, "memory cannot be given back");
        }
        // Who was frozen together with its workers lets them go on before it judges them.
        let was_away = last.elapsed() > 2 * BETWEEN_LOOKS;
        last = Instant::now();
        for worker in fleet.workers() {
            if !was_away {
                wake(&worker);
            }
            if worker.life() == Life::Ready && !fleet.is_stopping() {
                replace_if_old(fleet, &worker);
            }
        }
    }
}

/// Ends a worker whose runtime runs no task.
fn wake(worker: &Worker) {
    let limit = worker.generation.limits.silence;
    let Some(silent) = worker.board.told().silent else {
        return;
    };
    if limit.is_zero() || worker.life() == Life::Starting {
        return;
    }
    if silent >= limit + PATIENCE.0 + PATIENCE.1 {
        worker.kill(Cause::Stuck);
    } else if silent >= limit + PATIENCE.0 && worker.killed().is_none() {
        tracing::error!(
            pid = worker.pid(),
            silent_s = silent.as_secs(),
            "{worker} is stuck: it is asked to end"
        );
        worker.ask_to_abort(Signal::ABORT);
    }
}

/// Has a worker renewed that has answered enough, is old enough or has grown too large.
fn replace_if_old(fleet: &Fleet, worker: &Arc<Worker>) {
    let Some(reason) = why_old(worker) else {
        return;
    };
    if !worker.is_replaced_now() {
        return;
    }
    tracing::info!(pid = worker.pid(), reason, "{worker} is renewed");
    let (fleet, worker) = (fleet.clone(), worker.clone());
    tokio::spawn(async move {
        if renew(&fleet, worker.slot, reason).await.is_err() {
            // It stays, and the next look tries again.
            worker.is_replaced_later();
        }
    });
}

fn why_old(worker: &Worker) -> Option<&'static str> {
    let Limits {
        max_requests,
        max_age,
        max_rss,
        ..
    } = worker.generation.limits;
    // Up to a tenth more or less, so that workers that began together are not renewed together.
    let more = 1.0 + worker.dice / 10.0;
    let less = 1.0 - worker.dice / 10.0;
    let requests = worker.board.told().requests;
    if max_requests > 0 && requests as f64 >= max_requests as f64 * more {
        return Some("max_requests");
    }
    let age = worker.begun.elapsed().unwrap_or_default();
    if !max_age.is_zero() && age >= max_age.mul_f64(more) {
        return Some("max_age");
    }
    let is_large = max_rss > 0 && rss(worker.pid()) as f64 >= max_rss as f64 * less;
    let looks = worker.large_looks(is_large);
    (looks >= LARGE_LOOKS).then_some("max_rss")
}

/// Resident memory of a process in bytes (`/proc/PID/statm`, proc(5)); 0 of one that is gone.
pub(crate) fn rss(pid: i32) -> u64 {
    let pages = read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * page_size() as u64
}
