//! The one door to both engines.
//!
//! [`Pools`] is an enum and not a trait: what calls the store stays free of type parameters, and what both engines run is
//! one SQL text in the entity's file. Where a connection is used, [`on_engine!`] writes the same lines for both.

mod held;
mod pools;
mod read;
mod spare;

pub(crate) use held::{Engine, Held, Tx, on_engine};
pub use pools::Pools;
pub(crate) use read::Belonging;
pub use read::Lists;

use std::sync::Arc;

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::faults::Faults;
use crate::metrics::Meter;
use crate::options::Kind;
use crate::query::{Query, Watch};
use crate::silence::Silence;
use crate::{Id, OpenError, Options, Result, Timestamp, postgres, schema, sqlite};
use held::Connection;
use pools::{POSTGRES, READERS, WRITER};
use spare::Spare;

/// A PostgreSQL database, or a SQLite file. Clones share the connections.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    watch: Arc<Watch>,
    spare: Arc<Spare>,
}

/// What can be read from a row of either engine.
pub(crate) trait Row:
    for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin
{
}
impl<T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin> Row for T {}

const DELETE_ATTEMPTS: u32 = 3;
/// Holds until the end of the statement's own transaction. The number is the project's, and means nothing else.
const TAKE_TURNS: &str =
    " AND (SELECT count(*) FROM (SELECT pg_advisory_xact_lock(4806234)) turn) = 1";

impl Store {
    /// Opens the database that the options name. A server that is away or starting is waited for; the schema is not
    /// looked at (see [`Store::schema`] and [`Store::migrate`]).
    pub async fn open(options: &Options) -> Result<Store, OpenError> {
        let (pools, silence) = match options.kind()? {
            Kind::Postgres => postgres::open(options).await?,
            Kind::Sqlite(path) => (sqlite::open(&path, options).await?, Silence::never()),
        };
        let watch = Watch {
            system: pools.system(),
            meter: Meter::new(&pools),
            faults: Faults::default(),
            silence,
        };
        Ok(Store {
            pools,
            watch: Arc::new(watch),
            spare: Arc::default(),
        })
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self.pools {
            Pools::Postgres(_) => "PostgreSQL",
            Pools::Sqlite { .. } => "SQLite",
        }
    }

    /// The connections, for who must go past the queries of this crate.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// What is measured of the connections and the queries.
    pub fn meter(&self) -> &Meter {
        &self.watch.meter
    }

    /// Makes this store and its clones behave as if the database were in trouble.
    pub fn faults(&self) -> &Faults {
        &self.watch.faults
    }

    /// Brings the schema up to date; safe to repeat, and while others do the same.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        schema::migrate(self).await
    }

    /// What the schema is to this program.
    pub async fn schema(&self) -> Result<schema::Schema> {
        schema::read(self).await
    }

    /// Asks the database for nothing but an answer.
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.read("ping").await?;
        on_engine!(connection, |c| sqlx::query("SELECT 1")
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The same on a connection apart from those of queries, which therefore cannot keep the question waiting.
    pub async fn probe(&self) -> Result<()> {
        self.spare.ask(&self.pools, self.query("probe")).await
    }

    /// Waits for what is under way and closes all connections.
    pub async fn close(&self) {
        self.spare.close().await;
        match &self.pools {
            Pools::Postgres(pool) => pool.close().await,
            Pools::Sqlite {
                readers, writer, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    fn query(&self, name: &'static str) -> Query {
        let watch = self.watch.clone();
        Query { name, watch }
    }

    /// A connection for a query that only reads.
    pub(crate) async fn read(&self, query: &'static str) -> Result<Connection> {
        let query = self.query(query);
        let engine = match &self.pools {
            Pools::Postgres(pool) => Engine::Postgres(query.waits(POSTGRES, pool.acquire()).await?),
            Pools::Sqlite { readers, .. } => {
                Engine::Sqlite(query.waits(READERS, readers.acquire()).await?)
            }
        };
        Ok(Held::new(engine, query))
    }

    /// A connection for a query that writes.
    pub(crate) async fn write(&self, query: &'static str) -> Result<Connection> {
        let query = self.query(query);
        let (engine, turn) = match &self.pools {
            Pools::Postgres(pool) => {
                let connection = query.waits(POSTGRES, pool.acquire()).await?;
                (Engine::Postgres(connection), None)
            }
            Pools::Sqlite { writer, turns, .. } => {
                let acquired = async { Ok((turns.take().await?, writer.acquire().await?)) };
                let (turn, connection) = query.waits(WRITER, acquired).await?;
                (Engine::Sqlite(connection), Some(turn))
            }
        };
        Ok(Held {
            engine,
            query,
            turn,
        })
    }

    /// A transaction that writes; it holds SQLite's write lock from its start, so that it cannot fail half way for it.
    pub(crate) async fn begin(&self, query: &'static str) -> Result<Tx> {
        let query = self.query(query);
        let (engine, turn) = match &self.pools {
            Pools::Postgres(pool) => {
                let tx = query.waits(POSTGRES, pool.begin()).await?;
                (Engine::Postgres(tx), None)
            }
            Pools::Sqlite { writer, turns, .. } => {
                let begun = async {
                    let turn = turns.take().await?;
                    let tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                    Ok((turn.begun(), tx))
                };
                let (turn, tx) = query.waits(WRITER, begun).await?;
                (Engine::Sqlite(tx), Some(turn))
            }
        };
        Ok(Held {
            engine,
            query,
            turn,
        })
    }

    /// A transaction that reads one state of the whole database.
    pub(crate) async fn snapshot(&self, query: &'static str) -> Result<Tx> {
        let query = self.query(query);
        let engine = match &self.pools {
            Pools::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                Engine::Postgres(query.waits(POSTGRES, begun).await?)
            }
            Pools::Sqlite { readers, .. } => {
                Engine::Sqlite(query.waits(READERS, readers.begin()).await?)
            }
        };
        Ok(Held::new(engine, query))
    }

    /// Changes the one text that may change in a row: `sql` has the id, the new text (or null, which keeps it) and the
    /// time of the change for parameters, and returns the row.
    pub(crate) async fn set_text<T: Row>(
        &self,
        query: &'static str,
        sql: &'static str,
        id: Id,
        text: Option<String>,
    ) -> Result<Option<T>> {
        let mut connection = self.write(query).await?;
        Ok(on_engine!(connection, |c| {
            let query = sqlx::query_as(sql).bind(id).bind(text);
            query.bind(Timestamp::now()).fetch_optional(c).await
        })?)
    }

    /// Deletes by id, the only parameter of `sql`, which ends with its condition; tells whether there was such a row.
    ///
    /// On PostgreSQL deletes take turns, since two whose cascades meet would wait for each other. One may still meet a
    /// write that refers to the same rows in the other order; if PostgreSQL gives the delete up, it is tried again.
    pub(crate) async fn delete(
        &self,
        query: &'static str,
        sql: &'static str,
        id: Id,
    ) -> Result<bool> {
        let sql = match self.pools {
            Pools::Postgres(_) => &format!("{sql}{TAKE_TURNS}"),
            Pools::Sqlite { .. } => sql,
        };
        for _ in 1..DELETE_ATTEMPTS {
            match self.delete_once(query, sql, id).await {
                Err(error) if error.is_deadlock() => tracing::debug!(query, "deadlock, once more"),
                done => return done,
            }
        }
        self.delete_once(query, sql, id).await
    }

    async fn delete_once(&self, query: &'static str, sql: &str, id: Id) -> Result<bool> {
        let mut connection = self.write(query).await?;
        let deleted = on_engine!(connection, |c| sqlx::query(sql)
            .bind(id)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }
}
