//! Trouble on demand, to see how what stands on the database bears it.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What is wrong with a store's database, as far as the store's users can tell. Nothing at first.
#[derive(Debug, Default)]
pub struct Faults {
    lost: AtomicBool,
    /// Microseconds; 0 for none.
    delay: AtomicU64,
}

impl Faults {
    /// Whether every query fails at once, as it does when the database is out of reach.
    pub fn lose(&self, lost: bool) {
        self.lost.store(lost, Relaxed);
    }

    /// How long each statement takes before it begins, on the connection that it holds.
    pub fn slow(&self, by: Option<Duration>) {
        let micros = by.map_or(0, |by| u64::try_from(by.as_micros()).unwrap_or(u64::MAX));
        self.delay.store(micros, Relaxed);
    }

    pub(crate) fn reach(&self) -> Result<(), sqlx::Error> {
        if self.lost.load(Relaxed) {
            let error = io::Error::new(ErrorKind::ConnectionRefused, "lost by a fault on demand");
            return Err(sqlx::Error::Io(error));
        }
        Ok(())
    }

    pub(crate) async fn hit(&self) -> Result<(), sqlx::Error> {
        let delay = self.delay.load(Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_micros(delay)).await;
        }
        self.reach()
    }
}
