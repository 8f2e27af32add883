//! The pulse of the runtime that works for clients: whether its tasks are run, and how late.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use crate::admin::Health;
use crate::metrics;

const TICK: Duration = Duration::from_millis(250);

/// The pulse; it ends when this is dropped, and then nobody waits for another beat.
pub(super) struct Pulse {
    health: Health,
    _task: AbortOnDropHandle<()>,
}

impl Pulse {
    /// Beats from now on, as a task of its own.
    pub(super) fn start(health: &Health) -> Pulse {
        let task = tokio::spawn(beat(health.clone()));
        Pulse {
            health: health.clone(),
            _task: AbortOnDropHandle::new(task),
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.health.end_pulse();
    }
}

async fn beat(health: Health) {
    loop {
        health.beat();
        let due = Instant::now() + TICK;
        sleep_until(due).await;
        metrics::scheduled_late(due.elapsed());
    }
}
