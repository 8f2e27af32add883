//! The schema: migrations for both engines, forward only, and the mark that tells which programs may run on it.
//!
//! Changes are additive. A program on a newer schema runs as long as the mark admits it, so that a rolled-back release
//! works; it refuses only when the mark asks for a newer program.

use sqlx::migrate::{MigrateError, Migrator};

use crate::error::is_missing_table;
use crate::store::{Pools, Store, on_engine};
use crate::{Error, OpenError, Result};

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// What the schema in the database is to this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    /// As this program knows it.
    Current,
    /// Migrations of this program are still to be run.
    Missing,
    /// Newer than this program, and its mark admits this program.
    Newer {
        /// The newest migration in the database.
        found: i64,
    },
    /// Newer than this program, and its mark asks for a program of at least this schema version.
    ProgramTooOld {
        /// That version.
        oldest: i64,
    },
}

/// The newest schema version that this program knows.
pub fn newest() -> i64 {
    POSTGRES.iter().map(|m| m.version).max().unwrap_or_default()
}

pub(crate) async fn migrate(store: &Store) -> Result<(), OpenError> {
    if let Schema::ProgramTooOld { oldest } = read(store).await? {
        return Err(OpenError::ProgramTooOld {
            oldest,
            ours: newest(),
        });
    }
    let mut done = run(store).await;
    // SQLite has no lock for a whole migration: of two processes that migrate a new file at once, one may find a step
    // already taken, at each step. It then goes on behind that.
    let attempts = match store.pools() {
        Pools::Postgres(_) => 0,
        Pools::Sqlite { .. } => SQLITE.iter().count(),
    };
    for _ in 0..attempts {
        if done.is_ok() {
            break;
        }
        done = run(store).await;
    }
    done.map_err(|error| OpenError::Migrate(error.to_string()))
}

async fn run(store: &Store) -> Result<(), MigrateError> {
    // `ignore_missing`: a newer release's migrations are no reason to stop, see above.
    match store.pools() {
        Pools::Postgres(pool) => {
            Migrator {
                ignore_missing: true,
                migrations: POSTGRES.migrations.clone(),
                ..Migrator::DEFAULT
            }
            .run(pool)
            .await
        }
        Pools::Sqlite { writer, .. } => {
            Migrator {
                ignore_missing: true,
                migrations: SQLITE.migrations.clone(),
                ..Migrator::DEFAULT
            }
            .run(writer)
            .await
        }
    }
}

pub(crate) async fn read(store: &Store) -> Result<Schema> {
    let found = applied(store).await?;
    store.meter().schema(found.unwrap_or_default());
    let Some(found) = found else {
        return Ok(Schema::Missing);
    };
    let ours = newest();
    if found < ours {
        return Ok(Schema::Missing);
    }
    let mut connection = store.read("schema.mark").await?;
    let oldest: i64 = on_engine!(connection, |c| {
        sqlx::query_scalar("SELECT oldest_program FROM hbnb_schema")
            .fetch_one(c)
            .await
    })?;
    Ok(match found {
        _ if oldest > ours => Schema::ProgramTooOld { oldest },
        _ if found > ours => Schema::Newer { found },
        _ => Schema::Current,
    })
}

/// The newest migration in the database; none when the table of migrations is not there or empty.
async fn applied(store: &Store) -> Result<Option<i64>> {
    let mut connection = store.read("schema.version").await?;
    let found = on_engine!(connection, |c| {
        sqlx::query_scalar::<_, Option<i64>>(
            "SELECT max(version) FROM _sqlx_migrations WHERE success",
        )
        .fetch_one(c)
        .await
    });
    match found {
        Ok(version) => Ok(version),
        Err(sqlx::Error::Database(e)) if is_missing_table(e.as_ref()) => Ok(None),
        Err(error) => Err(Error::from(error)),
    }
}
