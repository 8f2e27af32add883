//! What is logged, changed while the program runs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;
use tokio::time::sleep;
use tracing_subscriber::reload::Handle;
use tracing_subscriber::{EnvFilter, Registry};

use crate::config::{LogFilter, Span};

/// The filter of the log: the usual one, or for a time another.
pub(crate) struct Level {
    handle: Handle<EnvFilter, Registry>,
    usual: Mutex<LogFilter>,
    other: Mutex<Option<Other>>,
}

struct Other {
    filter: LogFilter,
    until: Instant,
    end: AbortHandle,
}

impl Level {
    pub(super) fn new(handle: Handle<EnvFilter, Registry>, usual: LogFilter) -> Level {
        let (usual, other) = (Mutex::new(usual), Mutex::default());
        Level {
            handle,
            usual,
            other,
        }
    }

    /// The usual filter.
    pub(crate) fn usual(&self) -> LogFilter {
        self.usual
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Makes another the usual filter; it is in force unless there is one for a time.
    pub(crate) fn change_usual(&self, filter: LogFilter) {
        let other = self.other();
        tracing::info!(%filter, "the usual filter of the log is changed");
        if other.is_none() {
            self.put(&filter);
        }
        *self.usual.lock().unwrap_or_else(PoisonError::into_inner) = filter;
    }

    /// The filter in force, and for how long if it is not the usual one.
    pub(crate) fn now(&self) -> (LogFilter, Option<Duration>) {
        match &*self.other() {
            None => (self.usual(), None),
            Some(other) => {
                let left = other.until.saturating_duration_since(Instant::now());
                (other.filter.clone(), Some(left))
            }
        }
    }

    /// Puts another filter in force for this long; one that was is replaced. A task of the runtime falls back in time.
    pub(crate) fn change(&'static self, filter: LogFilter, time: Duration) {
        let mut other = self.other();
        tracing::warn!(%filter, time = %Span(time), "the log is changed");
        self.put(&filter);
        let until = Instant::now() + time;
        let end = tokio::spawn(async move {
            sleep(time).await;
            self.fall_back_if(|other| other.until <= Instant::now());
        });
        let end = end.abort_handle();
        let next = Other { filter, until, end };
        if let Some(former) = other.replace(next) {
            former.end.abort();
        }
    }

    /// Puts the usual filter in force again.
    pub(crate) fn fall_back(&self) {
        self.fall_back_if(|_| true);
    }

    fn fall_back_if(&self, over: impl Fn(&Other) -> bool) {
        let mut other = self.other();
        if let Some(former) = other.take_if(|other| over(other)) {
            let usual = self.usual();
            self.put(&usual);
            tracing::warn!(filter = %usual, "the log is as usual again");
            former.end.abort();
        }
    }

    fn put(&self, filter: &LogFilter) {
        // It fails only when the subscriber is gone, and the log with it.
        let _ = self.handle.reload(filter.filter());
    }

    fn other(&self) -> MutexGuard<'_, Option<Other>> {
        self.other.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
