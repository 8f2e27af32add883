//! What signals have asked for whose turn has not come. A program that takes over meanwhile has it to do.

use std::sync::{Arc, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::state::Master;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// How many workers more, or fewer.
    workers: isize,
    /// Whether a reload has not begun, and whether an upgrade has not.
    pub(crate) reload: bool,
    pub(crate) upgrade: bool,
}

impl Pending {
    fn add(&mut self, more: Pending) {
        self.workers += more.workers;
        self.reload |= more.reload;
        self.upgrade |= more.upgrade;
    }

    /// One worker more or fewer of those that are asked for.
    fn step(&mut self) -> isize {
        let step = self.workers.signum();
        self.workers -= step;
        step
    }
}

impl Master {
    /// Has one worker more or fewer in its turn.
    pub(crate) fn scale_later(self: &Arc<Self>, by: isize) {
        self.pending().workers += by;
        let master = self.clone();
        tokio::spawn(async move { master.step().await });
    }

    /// Reads the configuration again in its turn. How that ends is in the log.
    pub(crate) fn reload_later(self: &Arc<Self>) {
        self.pending().reload = true;
        let master = self.clone();
        tokio::spawn(async move { master.reload().await });
    }

    /// Has another program take over in its turn.
    pub(crate) fn upgrade_later(self: &Arc<Self>) {
        self.pending().upgrade = true;
        tokio::spawn(self.clone().upgrade(nobody()));
    }

    /// Does what the program before has not come to, after `first`.
    pub(crate) fn go_on_with(self: &Arc<Self>, left: Pending, first: impl Future + Send + 'static) {
        // Signals that come from now on are added to it.
        self.pending().add(left);
        let master = self.clone();
        tokio::spawn(async move {
            first.await;
            for _ in 0..left.workers.unsigned_abs() {
                master.step().await;
            }
            if master.pending().reload {
                // How that ends is in the log.
                let _ = master.reload().await;
            }
            if left.upgrade {
                master.upgrade(nobody()).await;
            }
        });
    }

    pub(crate) fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn step(&self) {
        let to = |now: usize| now.saturating_add_signed(self.pending().step());
        match self.scale(to).await {
            Ok(said) => tracing::info!("{said}"),
            Err(failure) => tracing::warn!("{failure}"),
        }
    }
}

/// How the trial ended is in the log.
fn nobody<T>() -> oneshot::Sender<T> {
    oneshot::channel().0
}
