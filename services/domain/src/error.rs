//! What can go wrong with the data.
//!
//! Queries return [`Error`]; opening a database returns [`OpenError`], whose text is the one sentence that an operator
//! sees. A look-up that finds nothing is no error: it returns `None`, and the caller decides.

use std::time::Duration;

use sqlx::error::DatabaseError;

/// The result of a query.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A value that the schema does not admit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct Invalid {
    /// The member at fault.
    pub field: &'static str,
    /// What would be right, to be read after the field's name.
    pub reason: String,
}

/// Why a query gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's value is at fault.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The row refers to one that does not exist, or no longer.
    #[error("the row refers to one that does not exist")]
    MissingReference,
    /// The database is away, starting, too slow or out of connections; the same call may succeed later.
    #[error("the database cannot be used now: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else the database said.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Password(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match &error {
            sqlx::Error::Database(e) if e.is_foreign_key_violation() => Error::MissingReference,
            sqlx::Error::Database(e) if is_passing(e.as_ref()) => Error::Unavailable(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Error::Unavailable(error),
            _ => Error::Database(error),
        }
    }
}

/// Tells a fault that passes. PostgreSQL's codes are SQLSTATE texts of five characters (its manual, appendix A): class 08
/// connection, 40 rolled back for another transaction's sake, 53 resources, 57 operator intervention with the statement
/// timeout. SQLite's are numbers whose low byte is
/// 5 (busy) or 6 (locked).
fn is_passing(error: &dyn DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    let passes = match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6),
        _ => ["08", "40", "53", "57"]
            .iter()
            .any(|class| code.starts_with(class)),
    };
    passes || is_missing_table(error)
}

impl Error {
    /// Tells that PostgreSQL has given this statement up so that others could go on; the same statement may succeed now.
    pub(crate) fn is_deadlock(&self) -> bool {
        let code = |error: &sqlx::Error| {
            error
                .as_database_error()
                .and_then(|e| e.code().map(String::from))
        };
        matches!(self, Error::Unavailable(error) if code(error).is_some_and(|code| code.starts_with("40")))
    }
}

/// Tells that another process has a SQLite file to itself for now.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(is_passing)
}

/// Tells that the schema is not there yet. SQLite has no code of its own for it.
pub(crate) fn is_missing_table(error: &dyn DatabaseError) -> bool {
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

/// Why a database could not be opened. Each text is one sentence that names the thing at fault and a way out.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be read.
    #[error(
        "the database URL cannot be used: {0}; write sqlite:FILE or postgres://USER@HOST/DATABASE"
    )]
    Url(String),
    /// Nothing answered in the time allowed.
    #[error(
        "the database at {url} could not be reached within {}s: {reason}; start it, correct --database-url, or allow more \
         time with --database-wait",
        wait.as_secs_f32()
    )]
    OutOfReach {
        /// Where, without a password.
        url: String,
        /// How long it was tried.
        wait: Duration,
        /// What the last attempt said.
        reason: String,
    },
    /// The server answered and refused.
    #[error(
        "the database at {url} refused the connection: {reason}; correct the user, the database, the TLS parameters or the \
         password in --database-url or HBNB_DATABASE_PASSWORD"
    )]
    Refused {
        /// Where, without a password.
        url: String,
        /// The server's own words.
        reason: String,
    },
    /// A SQLite file cannot be opened, made or written.
    #[error(
        "the SQLite file {path} cannot be used: {reason}; check the path and its permissions, or choose another file"
    )]
    File {
        /// The file.
        path: String,
        /// What SQLite said.
        reason: String,
    },
    /// The schema's mark excludes this program.
    #[error(
        "the database's schema no longer admits this program: it asks for schema version {oldest} or later, this program \
         has {ours}; run a newer hbnb"
    )]
    ProgramTooOld {
        /// The oldest schema version whose program may run.
        oldest: i64,
        /// The newest schema version that this program knows.
        ours: i64,
    },
    /// The migration did not succeed.
    #[error(
        "the database's schema could not be brought up to date: {0}; nothing of the failed step was kept"
    )]
    Migrate(String),
    /// A query failed while opening.
    #[error(transparent)]
    Query(#[from] Error),
}
