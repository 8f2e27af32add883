//! One query under its name: what it waits for and runs is measured, traced, and hit by the faults.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use tracing::field::Empty;
use tracing::{Instrument, Span, debug_span};

use crate::faults::Faults;
use crate::metrics::Meter;
use crate::silence::Silence;
use crate::{Error, Result};

/// What watches the queries of a store.
pub(crate) struct Watch {
    pub(crate) system: &'static str,
    pub(crate) meter: Meter,
    pub(crate) faults: Faults,
    pub(crate) silence: Silence,
}

/// A query of this crate, such as `state.find`.
pub(crate) struct Query {
    pub(crate) name: &'static str,
    pub(crate) watch: Arc<Watch>,
}

impl Query {
    /// Waits for a connection of the pool: the one place where a query does.
    pub(crate) async fn waits<T>(
        &self,
        pool: &'static str,
        connection: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T> {
        let waiting = self.watch.meter.waiting(pool);
        let got = match self.watch.faults.reach() {
            Ok(()) => self.watch.silence.broken_by(connection).await,
            Err(error) => Err(error),
        };
        drop(waiting);
        got.map_err(|error| {
            tracing::debug!(query = self.name, %error, "no connection");
            self.watch.meter.failed(self.name);
            Error::from(error)
        })
    }

    /// Runs one statement.
    pub(crate) async fn runs<T>(
        &self,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let span = self.span();
        let started = Instant::now();
        let hit = async {
            self.watch.faults.hit().await?;
            self.watch.silence.broken_by(statement).await
        };
        let done = hit.instrument(span.clone()).await;
        self.watch.meter.ran(self.name, started.elapsed());
        if let Err(error) = &done {
            self.watch.meter.failed(self.name);
            span.record("error.type", &*error_type(error));
            span.record("otel.status_code", "ERROR");
        }
        done
    }

    /// The names are those of OpenTelemetry's conventions for database clients. No text of a statement and no value is
    /// among them.
    fn span(&self) -> Span {
        debug_span!(
            target: "db",
            "query",
            otel.name = self.name,
            otel.kind = "client",
            otel.status_code = Empty,
            db.system.name = self.watch.system,
            db.query.summary = self.name,
            error.type = Empty,
        )
    }
}

/// The database's own code, or the kind of what went wrong before it could answer.
fn error_type(error: &sqlx::Error) -> Cow<'_, str> {
    match error {
        sqlx::Error::Database(error) => error.code().unwrap_or(Cow::Borrowed("database")),
        sqlx::Error::Io(_) => Cow::Borrowed("io"),
        sqlx::Error::PoolTimedOut => Cow::Borrowed("pool_timeout"),
        _ => Cow::Borrowed("_OTHER"),
    }
}
