//! Requests at a rate, whatever becomes of those before.

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::task::TaskTracker;

use super::runner::Runner;
use super::visitor::Visitor;

/// When each request is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    begun: Instant,
    rate: f64,
    duration: Duration,
}

impl Schedule {
    /// So many requests a second from `begun` on.
    pub(crate) fn new(begun: Instant, rate: f64, duration: Duration) -> Schedule {
        Schedule {
            begun,
            rate,
            duration,
        }
    }

    /// When all of them are due, in order.
    fn all(self) -> impl Iterator<Item = Instant> {
        (0_u64..)
            .map(move |number| Duration::from_secs_f64(number as f64 / self.rate))
            .take_while(move |after| *after < self.duration)
            .map(move |after| self.begun + after)
    }
}

/// Starts each request when it is due, unless `most` are under way, and waits for all of them. Whether nobody said stop.
pub(crate) async fn run(
    runner: &Arc<Runner>,
    visitor: Visitor,
    schedule: Schedule,
    most: usize,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<bool> {
    let (run_on, stopped) = channel();
    let started = TaskTracker::new();
    let starter = Starter {
        runner: Arc::clone(runner),
        started: started.clone(),
        permits: Arc::new(Semaphore::new(most)),
        runtime: Handle::current(),
    };
    // The timers of the runtime tick once a millisecond, which is longer than many an answer takes.
    let mut starting = spawn_blocking(move || starter.start(visitor, schedule, &stopped));
    let mut stop = pin!(stop);
    tokio::select! {
        done = &mut starting => done??,
        () = &mut stop => {
            drop(run_on);
            starting.await??;
            return Ok(false);
        }
    }
    started.close();
    tokio::select! {
        () = started.wait() => Ok(true),
        () = &mut stop => Ok(false),
    }
}

struct Starter {
    runner: Arc<Runner>,
    started: TaskTracker,
    permits: Arc<Semaphore>,
    runtime: Handle,
}

impl Starter {
    /// Starts all, or those that are due before the other end of `stopped` is gone.
    fn start(
        self,
        mut visitor: Visitor,
        schedule: Schedule,
        stopped: &Receiver<()>,
    ) -> http::Result<()> {
        for due in schedule.all() {
            let left = due.saturating_duration_since(Instant::now());
            if stopped.recv_timeout(left) != Err(RecvTimeoutError::Timeout) {
                break;
            }
            let visit = visitor.next()?;
            match Arc::clone(&self.permits).try_acquire_owned() {
                Ok(permit) => {
                    let runner = Arc::clone(&self.runner);
                    let one = async move {
                        runner.run(visit, due).await;
                        drop(permit);
                    };
                    self.started.spawn_on(one, &self.runtime);
                }
                Err(_) => self.runner.skip(&visit, due),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_evenly() {
        let begun = Instant::now();
        let schedule = Schedule::new(begun, 4.0, Duration::from_secs(1));
        let due: Vec<u128> = schedule
            .all()
            .map(|due| (due - begun).as_millis())
            .collect();
        assert_eq!(due, [0, 250, 500, 750]);
        let slow = Schedule::new(begun, 0.1, Duration::from_secs(11));
        assert_eq!(slow.all().count(), 2);
    }
}
