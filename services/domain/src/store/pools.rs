//! The connections of each engine.

use std::sync::Arc;

use sqlx::{Database, PgPool, Pool, SqlitePool};

use crate::sqlite::Turns;

/// The open connections. Clones share them.
#[derive(Clone)]
pub enum Pools {
    /// Connections to a server.
    Postgres(PgPool),
    /// One file: SQLite lets one write at a time, and readers go on meanwhile.
    Sqlite {
        /// Connections that only read.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
        /// When it may.
        turns: Arc<Turns>,
    },
}

/// A pool at one moment, in connections.
pub(crate) struct PoolState {
    pub(crate) pool: &'static str,
    pub(crate) limit: u32,
    pub(crate) size: u32,
    pub(crate) in_use: u32,
}

pub(crate) const POSTGRES: &str = "postgres";
pub(crate) const READERS: &str = "sqlite_readers";
pub(crate) const WRITER: &str = "sqlite_writer";

impl Pools {
    /// The name by which OpenTelemetry knows the engine (`db.system.name`).
    pub(crate) fn system(&self) -> &'static str {
        match self {
            Pools::Postgres(_) => "postgresql",
            Pools::Sqlite { .. } => "sqlite",
        }
    }

    /// Every pool as it is now, without asking the database.
    pub(crate) fn states(&self) -> Vec<PoolState> {
        match self {
            Pools::Postgres(pool) => vec![state(POSTGRES, pool)],
            Pools::Sqlite {
                readers, writer, ..
            } => {
                vec![state(READERS, readers), state(WRITER, writer)]
            }
        }
    }
}

fn state<DB: Database>(name: &'static str, pool: &Pool<DB>) -> PoolState {
    let size = pool.size();
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    PoolState {
        pool: name,
        limit: pool.options().get_max_connections(),
        size,
        // The two are read one after the other.
        in_use: size.saturating_sub(idle),
    }
}
