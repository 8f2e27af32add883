//! A connection while a query has it.

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite, Transaction};

use crate::Result;
use crate::query::Query;
use crate::sqlite::Turn;

/// One of two things, by engine.
pub(crate) enum Engine<P, S> {
    Postgres(P),
    Sqlite(S),
}

/// What runs statements, and the query in whose name it does.
pub(crate) struct Held<E> {
    pub(crate) engine: E,
    pub(crate) query: Query,
    /// Kept until SQLite's connection is given back.
    pub(crate) turn: Option<Turn>,
}

pub(crate) type Connection = Held<Engine<PoolConnection<Postgres>, PoolConnection<Sqlite>>>;
pub(crate) type Tx = Held<Engine<Transaction<'static, Postgres>, Transaction<'static, Sqlite>>>;

/// Runs the same lines, which are one statement, on the connection of whichever engine it is, and measures them:
/// `on_engine!(connection, |c| query.execute(c).await)`.
macro_rules! on_engine {
    ($held:expr, |$connection:ident| $body:expr) => {{
        let held = &mut $held;
        match &mut held.engine {
            $crate::store::Engine::Postgres(inner) => {
                let $connection = &mut **inner;
                held.query.runs(async { $body }).await
            }
            $crate::store::Engine::Sqlite(inner) => {
                let $connection = &mut **inner;
                held.query.runs(async { $body }).await
            }
        }
    }};
}
pub(crate) use on_engine;

impl<E> Held<E> {
    /// Of a query that needs no turn, since it does not write, or not to SQLite.
    pub(crate) fn new(engine: E, query: Query) -> Held<E> {
        let turn = None;
        Held {
            engine,
            query,
            turn,
        }
    }
}

impl Tx {
    /// Keeps all that was written.
    pub(crate) async fn commit(self) -> Result<()> {
        let Held {
            engine,
            query,
            turn: _turn,
        } = self;
        let commit = async {
            match engine {
                Engine::Postgres(tx) => tx.commit().await,
                Engine::Sqlite(tx) => tx.commit().await,
            }
        };
        Ok(query.runs(commit).await?)
    }
}
