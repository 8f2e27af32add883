//! The pulse of the runtime that works for clients: whether its tasks are run, and how late.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use crate::admin::Health;
use crate::board::Board;
use crate::metrics;
use crate::notify::{Notifier, State};

const TICK: Duration = Duration::from_millis(250);

/// The pulse; it ends when this is dropped, and then nobody waits for another beat.
pub(super) struct Pulse {
    health: Health,
    _task: AbortOnDropHandle<()>,
}

impl Pulse {
    /// Beats from now on, as a task of its own, also for a master if there is one, and is a sign of life for the supervisor,
    /// if that watches. It hears of it three times within the time that it gives, as long as that is no shorter than three
    /// beats.
    pub(super) fn start(health: &Health, notifier: &Notifier, board: Option<Board>) -> Pulse {
        let task = tokio::spawn(beat(health.clone(), notifier.clone(), board));
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

async fn beat(health: Health, notifier: Notifier, board: Option<Board>) {
    let between = notifier.watchdog().map(|limit| limit / 3);
    let mut told: Option<Instant> = None;
    loop {
        health.beat();
        if let Some(board) = &board {
            board.beat(metrics::open("main"));
        }
        let now = Instant::now();
        if let Some(between) = between
            && told.is_none_or(|told| now - told >= between)
        {
            notifier.send(&[State::Watchdog]);
            told = Some(now);
        }
        let due = now + TICK;
        sleep_until(due).await;
        metrics::scheduled_late(due.elapsed());
    }
}
