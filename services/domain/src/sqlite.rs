//! Opening SQLite.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::{OpenError, Options, Pools};

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
        .connect_with(connect.clone())
        .await
        .map_err(file_error)?;
    let must_write = "PRAGMA user_version = 0";
    sqlx::query(must_write)
        .execute(&writer)
        .await
        .map_err(file_error)?;
    let readers = pool(options.max_connections.clamp(1, MOST_READERS))
        .connect_lazy_with(connect.create_if_missing(false).pragma("query_only", "ON"));
    Ok(Pools::Sqlite { readers, writer })
}
