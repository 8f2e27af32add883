//! The one door to both engines.
//!
//! `Store` is an enum and not a trait: what calls it stays free of type parameters, and what both engines run is one SQL
//! text in the entity's file. Where a connection is used, [`on_engine!`] writes the same lines for both.

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::options::Kind;
use crate::{Error, Id, OpenError, Options, Page, Result, Timestamp, postgres, schema, sqlite};

/// A PostgreSQL database, or a SQLite file. Clones share the connections.
#[derive(Clone)]
pub enum Store {
    /// A pool of connections to a server.
    Postgres(PgPool),
    /// One file: SQLite lets one write at a time, and readers go on meanwhile.
    Sqlite {
        /// Connections that only read.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
    },
}

/// One of two things, by engine.
pub(crate) enum Engine<P, S> {
    Postgres(P),
    Sqlite(S),
}

pub(crate) type Connection = Engine<PoolConnection<Postgres>, PoolConnection<Sqlite>>;
pub(crate) type Tx = Engine<Transaction<'static, Postgres>, Transaction<'static, Sqlite>>;

/// Runs the same lines on the connection of whichever engine it is: `on_engine!(connection, |c| query.execute(c).await)`.
macro_rules! on_engine {
    ($engine:expr, |$connection:ident| $body:expr) => {
        match &mut $engine {
            $crate::store::Engine::Postgres(inner) => {
                let $connection = &mut **inner;
                $body
            }
            $crate::store::Engine::Sqlite(inner) => {
                let $connection = &mut **inner;
                $body
            }
        }
    };
}
pub(crate) use on_engine;

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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Store {
    /// Opens the database that the options name. A server that is away or starting is waited for; the schema is not
    /// looked at (see [`Store::schema`] and [`Store::migrate`]).
    pub async fn open(options: &Options) -> Result<Store, OpenError> {
        match options.kind()? {
            Kind::Postgres => postgres::open(options).await,
            Kind::Sqlite(path) => sqlite::open(&path, options).await,
        }
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        match self {
            Store::Postgres(_) => "PostgreSQL",
            Store::Sqlite { .. } => "SQLite",
        }
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

    /// Waits for what is under way and closes all connections.
    pub async fn close(&self) {
        match self {
            Store::Postgres(pool) => pool.close().await,
            Store::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    /// A connection for a query that only reads.
    pub(crate) async fn read(&self, query: &'static str) -> Result<Connection> {
        self.acquire(query, Access::Read).await
    }

    /// A connection for a query that writes.
    pub(crate) async fn write(&self, query: &'static str) -> Result<Connection> {
        self.acquire(query, Access::Write).await
    }

    async fn acquire(&self, query: &'static str, access: Access) -> Result<Connection> {
        let acquired = async {
            Ok(match self {
                Store::Postgres(pool) => Engine::Postgres(pool.acquire().await?),
                Store::Sqlite { readers, .. } if access == Access::Read => {
                    Engine::Sqlite(readers.acquire().await?)
                }
                Store::Sqlite { writer, .. } => Engine::Sqlite(writer.acquire().await?),
            })
        };
        waited(query, acquired).await
    }

    /// A transaction that writes; it holds SQLite's write lock from its start, so that it cannot fail half way for it.
    pub(crate) async fn begin(&self, query: &'static str) -> Result<Tx> {
        let begun = async {
            Ok(match self {
                Store::Postgres(pool) => Engine::Postgres(pool.begin().await?),
                Store::Sqlite { writer, .. } => {
                    Engine::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
                }
            })
        };
        waited(query, begun).await
    }

    /// A transaction that reads one state of the whole database.
    pub(crate) async fn snapshot(&self, query: &'static str) -> Result<Tx> {
        let repeatable = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let begun = async {
            Ok(match self {
                Store::Postgres(pool) => Engine::Postgres(pool.begin_with(repeatable).await?),
                Store::Sqlite { readers, .. } => Engine::Sqlite(readers.begin().await?),
            })
        };
        waited(query, begun).await
    }

    /// The one row that `sql` finds by id, its only parameter.
    pub(crate) async fn find<T: Row>(
        &self,
        query: &'static str,
        sql: &'static str,
        id: Id,
    ) -> Result<Option<T>> {
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(c)
            .await)?)
    }

    /// A page of rows: `sql` has the smallest id and the limit for parameters, and orders by id.
    pub(crate) async fn list<T: Row>(
        &self,
        query: &'static str,
        sql: &'static str,
        page: Page,
    ) -> Result<Vec<T>> {
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| {
            sqlx::query_as(sql)
                .bind(page.from)
                .bind(i64::from(page.limit))
                .fetch_all(c)
                .await
        })?)
    }

    /// A page of the rows that belong to `parent`, the third parameter of `sql`.
    pub(crate) async fn list_of<T: Row>(
        &self,
        query: &'static str,
        sql: &'static str,
        parent: Id,
        page: Page,
    ) -> Result<Vec<T>> {
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| {
            sqlx::query_as(sql)
                .bind(page.from)
                .bind(i64::from(page.limit))
                .bind(parent)
                .fetch_all(c)
                .await
        })?)
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
        let sql = match self {
            Store::Postgres(_) => &format!("{sql}{TAKE_TURNS}"),
            Store::Sqlite { .. } => sql,
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

/// The one place where a query waits for its connection.
async fn waited<T>(
    query: &'static str,
    connection: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T> {
    connection.await.map_err(|error| {
        tracing::debug!(query, %error, "no connection");
        Error::from(error)
    })
}

impl Tx {
    /// Keeps all that was written.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Engine::Postgres(tx) => tx.commit().await?,
            Engine::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
