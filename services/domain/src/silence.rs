//! A server that says nothing: it stands still, or the network to it is cut without a word.
//!
//! PostgreSQL's own limit of a statement is no help there. Whoever waits for longer than a moment asks on a new connection
//! whether anybody is there: a slow statement goes on, one of a silent server is given up.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

/// How long somebody waits until the server is asked, and from then on from one question to the next.
const PATIENCE: Duration = Duration::from_secs(2);
/// How soon a server that is there says something: a sign of life costs it nothing.
const PROMPT: Duration = Duration::from_secs(1);
/// What a server that is there may need beyond its own limit for a statement, to say that it has met it.
const LATE: Duration = Duration::from_secs(2);
/// How long after a silence connections that come back are doubted.
const DOUBT: Duration = Duration::from_secs(30);

/// Watches over what is waited for. Clones share what they know.
#[derive(Clone)]
pub(crate) struct Silence(Option<Arc<Server>>);

struct Server {
    connect: PgConnectOptions,
    /// The longest that a statement can take, if there is a limit.
    limit: Option<Duration>,
    begun: Instant,
    /// When doubt ends, in milliseconds from the beginning.
    doubted_until: AtomicU64,
}

impl Silence {
    /// Of a database in this process, which cannot be silent.
    pub(crate) fn never() -> Silence {
        Silence(None)
    }

    /// Of the server that is reached like this and gives statements this long; zero is no limit.
    pub(crate) fn of(connect: PgConnectOptions, statement_timeout: Duration) -> Silence {
        Silence(Some(Arc::new(Server {
            connect,
            limit: (!statement_timeout.is_zero()).then(|| statement_timeout + LATE),
            begun: Instant::now(),
            doubted_until: AtomicU64::new(0),
        })))
    }

    /// What is waited for, or the error of a server that is silent.
    pub(crate) async fn broken_by<T>(
        &self,
        waited_for: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let Some(server) = &self.0 else {
            return waited_for.await;
        };
        let begun = Instant::now();
        let mut waited_for = pin!(waited_for);
        loop {
            if let Ok(done) = timeout(PATIENCE, &mut waited_for).await {
                return done;
            }
            let late = server.limit.is_some_and(|limit| begun.elapsed() > limit);
            let silent = late
                || tokio::select! {
                    done = &mut waited_for => return done,
                    answers = answers(&server.connect) => !answers,
                };
            if silent {
                server.doubt();
                return Err(no_answer());
            }
        }
    }

    /// Asks a connection for a sign of life.
    pub(crate) async fn ping(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        timeout(PROMPT, connection.ping())
            .await
            .unwrap_or_else(|_| Err(no_answer()))
    }

    /// The same if there was a silence lately: else a connection that never answers would keep its place in the pool.
    pub(crate) async fn ping_if_in_doubt(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        match self.0.as_ref().is_some_and(|server| server.is_doubted()) {
            true => Silence::ping(connection).await,
            false => Ok(()),
        }
    }
}

impl Server {
    fn doubt(&self) {
        self.doubted_until
            .store(millis(self.begun.elapsed() + DOUBT), Relaxed);
    }

    fn is_doubted(&self) -> bool {
        let until = self.doubted_until.load(Relaxed);
        until > 0 && millis(self.begun.elapsed()) < until
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whether the server says anything soon, be it that it has no room or is shutting down.
async fn answers(connect: &PgConnectOptions) -> bool {
    match timeout(PROMPT, PgConnection::connect_with(connect)).await {
        Ok(Ok(connection)) => {
            // Nothing depends on how that ends.
            let _ = timeout(PROMPT, connection.close()).await;
            true
        }
        Ok(Err(error)) => matches!(error, sqlx::Error::Database(_)),
        Err(_) => false,
    }
}

fn no_answer() -> sqlx::Error {
    let error = io::Error::new(ErrorKind::TimedOut, "the database does not answer");
    sqlx::Error::Io(error)
}
