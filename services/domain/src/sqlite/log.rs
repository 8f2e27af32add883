//! SQLite's write-ahead log, kept short.
//!
//! SQLite begins it anew when it happens that nobody reads from it. Where several processes read all the time that may
//! never be, and every write makes it longer.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use sqlx::pool::PoolConnectionMetadata;
use sqlx::{Executor, Result, SqliteConnection};

/// Uses of the connection from one emptying to the next: with three pages for each, some 12 MB.
const USES: u32 = 1_000;
/// New reads need no log as soon as all of it is in the database. Reads under way are waited for, but not for long, since
/// nobody writes meanwhile.
const EMPTY: &str = "PRAGMA busy_timeout = 100; PRAGMA wal_checkpoint(TRUNCATE)";

/// Empties the log now and then when the connection that writes is given back. One on which that fails is given up; that
/// readers were in the way is no failure.
pub(super) fn empties_in_time() -> impl Fn(
    &mut SqliteConnection,
    PoolConnectionMetadata,
) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + '_>>
+ Send
+ Sync
+ 'static {
    let uses = AtomicU32::new(0);
    move |connection, _| {
        let due = uses.fetch_add(1, Relaxed) % USES == USES - 1;
        Box::pin(async move {
            if due {
                connection.execute(EMPTY).await?;
                let wait = format!("PRAGMA busy_timeout = {}", super::BUSY.as_millis());
                connection.execute(&*wait).await?;
            }
            Ok(true)
        })
    }
}
