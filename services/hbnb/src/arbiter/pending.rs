//! What signals have asked for whose turn has not come. A program that takes over meanwhile has it to do.

use std::sync::{Arc, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::state::Master;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owed {
    /// How many workers more, or fewer.
    workers: isize,
    is_upgraded: bool,
}

impl Owed {
    /// One worker more or fewer of those that are owed.
    fn step(&mut self) -> isize {
        let step = self.workers.signum();
        self.workers -= step;
        step
    }
}

impl Master {
    /// Has one worker more or fewer in its turn.
    pub(crate) fn owes_worker(self: &Arc<Self>, by: isize) {
        self.owed().workers += by;
        let master = self.clone();
        tokio::spawn(async move { master.take_step().await });
    }

    /// Has another program take over in its turn.
    pub(crate) fn owes_upgrade(self: &Arc<Self>) {
        self.owed().is_upgraded = true;
        tokio::spawn(self.clone().upgrade(nobody()));
    }

    /// Does what the program before has not come to.
    pub(crate) async fn pay(self: Arc<Self>, owed: Owed) {
        *self.owed() = owed;
        for _ in 0..owed.workers.unsigned_abs() {
            self.take_step().await;
        }
        if owed.is_upgraded {
            self.upgrade(nobody()).await;
        }
    }

    /// An upgrade begins, with what is there by now.
    pub(crate) fn owes_no_upgrade(&self) {
        self.owed().is_upgraded = false;
    }

    pub(crate) fn owed(&self) -> MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take_step(&self) {
        let to = |now: usize| now.saturating_add_signed(self.owed().step());
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
