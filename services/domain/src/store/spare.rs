//! A connection apart from the pools, to ask whether the database answers.

use std::sync::{Mutex, PoisonError};

use sqlx::{Connection, PgConnection, SqliteConnection};

use super::{Engine, Held, Pools, on_engine};
use crate::query::Query;
use crate::{Error, Result};

/// Boxed for what a connection of a pool is: something that leads to one.
type Apart = Engine<Box<PgConnection>, Box<SqliteConnection>>;

/// The connection, while nobody asks.
#[derive(Default)]
pub(super) struct Spare(Mutex<Option<Apart>>);

impl Spare {
    /// Asks for an answer. A connection on which none came is given up, and the next question takes a new one.
    pub(super) async fn ask(&self, pools: &Pools, query: Query) -> Result<()> {
        query.watch.faults.reach().map_err(Error::from)?;
        let engine = match self.take() {
            Some(engine) => engine,
            None => connect(pools).await?,
        };
        let mut held = Held::new(engine, query);
        on_engine!(held, |c| sqlx::query("SELECT 1").execute(c).await.map(drop))?;
        *self.lock() = Some(held.engine);
        Ok(())
    }

    /// Closes it. Nothing depends on how that ends.
    pub(super) async fn close(&self) {
        let _ = match self.take() {
            Some(Engine::Postgres(connection)) => connection.close().await,
            Some(Engine::Sqlite(connection)) => connection.close().await,
            None => Ok(()),
        };
    }

    fn take(&self) -> Option<Apart> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Apart>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn connect(pools: &Pools) -> Result<Apart, sqlx::Error> {
    Ok(match pools {
        Pools::Postgres(pool) => {
            let options = pool.connect_options();
            Engine::Postgres(Box::new(PgConnection::connect_with(&options).await?))
        }
        Pools::Sqlite { readers, .. } => {
            let options = readers.connect_options();
            Engine::Sqlite(Box::new(SqliteConnection::connect_with(&options).await?))
        }
    })
}
