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
        if quiet == QUIET_LOOKS {
            fleet.forget_oom_kills();
            if let Err(error) = trim() {
                tracing::debug!(%error, "memory cannot be given back");
            }
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
    let limits = &worker.generation.limits;
    let age = worker.begun.elapsed().unwrap_or_default();
    let requests = worker.board.told().requests;
    let is_large = limits.max_rss > 0 && is_large(limits, worker.dice, rss(worker.pid()));
    let large_looks = worker.large_looks(is_large);
    let why = why_old(limits, worker.dice, requests, age);
    let Some(reason) = why.or((large_looks >= LARGE_LOOKS).then_some("max_rss")) else {
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

/// Why one that has answered so many requests is old. `dice` from 0 to 1 puts that off by up to a tenth, so that workers that
/// began together are not renewed together.
fn why_old(limits: &Limits, dice: f64, requests: u64, age: Duration) -> Option<&'static str> {
    let more = 1.0 + dice / 10.0;
    let Limits {
        max_requests,
        max_age,
        ..
    } = *limits;
    if max_requests > 0 && requests as f64 >= max_requests as f64 * more {
        return Some("max_requests");
    }
    let is_old = !max_age.is_zero() && age >= max_age.mul_f64(more);
    is_old.then_some("max_age")
}

/// Whether that many bytes are too many; up to a tenth fewer may be.
fn is_large(limits: &Limits, dice: f64, bytes: u64) -> bool {
    let less = 1.0 - dice / 10.0;
    bytes as f64 >= limits.max_rss as f64 * less
}

/// Resident memory of a process in bytes (`/proc/PID/statm`, proc(5)); 0 of one that is gone.
pub(crate) fn rss(pid: i32) -> u64 {
    let pages = read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * page_size() as u64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{is_large, why_old};
    use crate::arbiter::generation::Limits;

    const AN_HOUR: Duration = Duration::from_secs(3600);

    fn limits(max_requests: u64, max_age: Duration, max_rss: u64) -> Limits {
        Limits {
            start: AN_HOUR,
            silence: AN_HOUR,
            delay: Duration::ZERO,
            drain: AN_HOUR,
            max_requests,
            max_age,
            max_rss,
        }
    }

    #[test]
    fn workers_do_not_grow_old_together() {
        let limits = limits(1000, AN_HOUR, 1000);
        let by_requests = |dice, requests| why_old(&limits, dice, requests, Duration::ZERO);
        assert_eq!(by_requests(0.0, 999), None);
        assert_eq!(by_requests(0.0, 1000), Some("max_requests"));
        assert_eq!(by_requests(1.0, 1099), None);
        assert_eq!(by_requests(1.0, 1100), Some("max_requests"));
        let by_age = |dice, minutes| why_old(&limits, dice, 0, AN_HOUR / 60 * minutes);
        assert_eq!(by_age(0.0, 60), Some("max_age"));
        assert_eq!(by_age(1.0, 65), None);
        assert_eq!(by_age(1.0, 66), Some("max_age"));
        let by_memory = |dice, bytes| is_large(&limits, dice, bytes);
        assert_eq!([by_memory(0.0, 999), by_memory(0.0, 1000)], [false, true]);
        assert_eq!([by_memory(1.0, 899), by_memory(1.0, 900)], [false, true]);
    }

    #[test]
    fn zeros_are_for_never() {
        let limits = limits(0, Duration::ZERO, 0);
        assert_eq!(why_old(&limits, 0.0, u64::MAX, 1000 * AN_HOUR), None);
    }
}
