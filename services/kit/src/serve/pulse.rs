//! The pulse of the runtime that works for clients: whether its tasks are run, and how late.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::admin::Health;
use crate::metrics;

const TICK: Duration = Duration::from_millis(250);

/// Beats for as long as it is polled, which must be as a task of its own.
pub(super) async fn pulse(health: Health) {
    loop {
        health.beat();
        let due = Instant::now() + TICK;
        sleep_until(due).await;
        metrics::scheduled_late(due.elapsed());
    }
}
