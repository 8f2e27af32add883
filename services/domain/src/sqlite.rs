//! Opening SQLite.

mod log;
mod turns;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::is_busy;
use crate::{OpenError, Options, Pools};

pub(crate) use turns::Turn;
pub use turns::Turns;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
const MOST_READERS: u32 = 4;
/// Pages that a connection keeps, in KiB (negative, as SQLite wants it). Half of its default: the kernel has the file in
/// memory as well, and each of five connections fills its own while a long list is read.
const CACHE: &str = "-1024";

pub(crate) async fn open(path: &str, options: &Options) -> Result<Pools, OpenError> {
    let file_error = |error: sqlx::Error| OpenError::File {
        path: path.to_owned(),
        reason: match &error {
            sqlx::Error::Database(e) => e.message().to_owned(),
            other => other.to_string(),
        },
    };
    let connect = SqliteConnectOptions::from_str(&options.url)
        .map_err(file_error)?
        .create_if_missing(options.create)
        .journal_mode(SqliteJournalMode::Wal)
        // An answered write survives a power cut too, not only the end of the process.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", CACHE)
        .disable_statement_logging();
    let pool = |most: u32| {
        SqlitePoolOptions::new()
            .max_connections(most)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
    };
    // The writer comes first: it makes the file and sets the journal mode, which readers cannot.
    let writer = pool(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .after_release(log::empties_in_time())
        .connect_with(connect.clone())
        .await
        .map_err(file_error)?;
    let must_write = "PRAGMA user_version = 0";
    let written = sqlx::query(must_write).execute(&writer).await;
    // One to which another process writes for long can be written.
    if let Err(error) = written
        && !is_busy(&error)
    {
        return Err(file_error(error));
    }
    let readers = pool(options.max_connections.clamp(1, MOST_READERS))
        .connect_lazy_with(connect.create_if_missing(false).pragma("query_only", "ON"));
    let turns = Turns::at(
        writer.connect_options().get_filename(),
        options.acquire_timeout,
    );
    Ok(Pools::Sqlite {
        readers,
        writer,
        turns: Arc::new(turns),
    })
}
