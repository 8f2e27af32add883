//! Turns among the processes that write to one SQLite file.
//!
//! SQLite wakes nobody: who finds the file locked sleeps and looks again, so that a process that writes without a pause
//! keeps others out for seconds. Here whoever has waited for a moment asks the others to begin nothing new until it has
//! written.
//!
//! It is courtesy and nothing more, by the lock of an empty file beside the database: what keeps writes apart is SQLite's
//! own lock. Where that file cannot be locked, or its lock does not come free, writes go on without.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::future::pending;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::Error;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long a write waits until it asks. A change of process costs more than a write, so that it must not be soon.
const MOMENT: Duration = Duration::from_millis(10);
/// How long who asks is waited for: a process that stands still must not stop the others.
const PATIENCE: Duration = Duration::from_secs(1);
/// From one look at the lock to the next: the shortest that tokio's clock admits.
const AGAIN: Duration = Duration::from_millis(1);

/// Gives the writes to one file their turns.
pub struct Turns {
    /// The writes of this process stand in a row, of which the first stands for the process.
    here: Arc<Mutex<()>>,
    /// How long a write waits for those before it in this process.
    wait: Duration,
    /// The file that is locked by who asks.
    next: PathBuf,
}

/// Held by who waits for SQLite and writes.
pub(crate) struct Turn {
    asking: JoinSet<()>,
    _here: OwnedMutexGuard<()>,
}

impl Turns {
    /// Among those who write to this file, which is there.
    pub(crate) fn at(database: &Path, wait: Duration) -> Turns {
        // However they name it, they meet at one.
        let database = database.canonicalize().unwrap_or(database.to_owned());
        let mut next = OsString::from(database);
        next.push("-next");
        Turns {
            here: Arc::default(),
            wait,
            next: next.into(),
        }
    }

    /// Waits until nobody asks, and asks if the turn lasts.
    pub(crate) async fn take(&self) -> Result<Turn, Error> {
        let here = timeout(self.wait, Arc::clone(&self.here).lock_owned()).await;
        let here = here.map_err(|_| Error::PoolTimedOut)?;
        if timeout(PATIENCE, lock(&self.next)).await.is_err() {
            tracing::debug!("somebody asks for the next write, and does not write");
        }
        let mut asking = JoinSet::new();
        asking.spawn(ask(self.next.clone()));
        Ok(Turn {
            asking,
            _here: here,
        })
    }
}

impl Turn {
    /// The turn of who has the file to itself, and need not ask any more.
    pub(crate) fn begun(mut self) -> Turn {
        self.asking.abort_all();
        self
    }
}

/// Asks in a moment, until it is told to stop.
async fn ask(next: PathBuf) {
    sleep(MOMENT).await;
    let _next = lock(&next).await;
    pending::<()>().await;
}

/// Waits for the file's lock, which goes with the file. It is opened each time: one that was taken away comes back.
async fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(AGAIN).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
