//! Opening PostgreSQL.

use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::time::{sleep, timeout};
use url::{Host, Url};

use crate::silence::Silence;
use crate::{OpenError, Options, Pools, display_url};

/// An idle connection is asked for a sign of life before it is used again: a server may have been restarted meanwhile.
/// In a busy pool no connection is idle so long, and no query pays for the question.
const DOUBTED_AFTER: Duration = Duration::from_secs(1);
/// To compile a plan takes longer than any of our queries runs, and a migration's notices tell nobody anything.
const SESSION: [(&str, &str); 2] = [("jit", "off"), ("client_min_messages", "warning")];
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(250);
const BETWEEN_LINES: Duration = Duration::from_secs(5);

pub(crate) async fn open(options: &Options) -> Result<(Pools, Silence), OpenError> {
    let connect = connect_options(options)?;
    wait_until_up(&connect, options).await?;
    let silence = Silence::of(connect.clone(), options.statement_timeout);
    let doubt = silence.clone();
    let pool = PgPoolOptions::new()
        .min_connections(options.min_connections)
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > DOUBTED_AFTER {
                    Silence::ping(connection).await?;
                }
                Ok(true)
            })
        })
        .after_release(move |connection, _| {
            let doubt = doubt.clone();
            Box::pin(async move { doubt.ping_if_in_doubt(connection).await.map(|()| true) })
        })
        .connect_lazy_with(connect);
    Ok((Pools::Postgres(pool), silence))
}

fn connect_options(options: &Options) -> Result<PgConnectOptions, OpenError> {
    let mut connect = PgConnectOptions::from_str(&options.url)
        .map_err(|e| OpenError::Url(e.to_string()))?
        .application_name("hbnb")
        .options([(
            "statement_timeout",
            options.statement_timeout.as_millis().to_string(),
        )])
        .options(SESSION)
        .disable_statement_logging();
    let url = Url::parse(&options.url).map_err(|e| OpenError::Url(e.to_string()))?;
    // sqlx would look for a name with the brackets in it.
    if let Some(Host::Ipv6(address)) = url.host() {
        connect = connect.host(&address.to_string());
    }
    let has_password =
        url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password");
    if let Some(password) = options.password.as_ref().filter(|_| !has_password) {
        connect = connect.password(password);
    }
    Ok(connect)
}

/// Returns once a connection has been made. Says every five seconds that it waits, and for what.
async fn wait_until_up(connect: &PgConnectOptions, options: &Options) -> Result<(), OpenError> {
    let url = display_url(&options.url);
    let start = Instant::now();
    let mut said = start;
    loop {
        let left = options.wait.saturating_sub(start.elapsed());
        let attempt = timeout(
            left.max(BETWEEN_ATTEMPTS),
            PgConnection::connect_with(connect),
        )
        .await;
        let reason = match attempt {
            Ok(Ok(connection)) => {
                let _ = connection.close().await;
                return Ok(());
            }
            Ok(Err(error)) if is_worth_waiting(&error) => error.to_string(),
            Ok(Err(error)) => {
                return Err(OpenError::Refused {
                    url,
                    reason: words_of(&error),
                });
            }
            Err(_) => "no answer".to_owned(),
        };
        if start.elapsed() + BETWEEN_ATTEMPTS >= options.wait {
            return Err(OpenError::OutOfReach {
                url,
                wait: options.wait,
                reason,
            });
        }
        if said.elapsed() >= BETWEEN_LINES {
            said = Instant::now();
            tracing::info!(%url, %reason, waited_s = start.elapsed().as_secs(), "waiting for the database");
        }
        sleep(BETWEEN_ATTEMPTS).await;
    }
}

/// A server that is not there yet, or says that it is starting (57P03), shutting down (57P01) or full (53300). Invalid data
/// is how a certificate that does not fit is told, which no waiting mends.
fn is_worth_waiting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::InvalidData,
        sqlx::Error::Database(e) => {
            matches!(e.code().as_deref(), Some("57P03" | "57P01" | "53300"))
        }
        _ => false,
    }
}

fn words_of(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) => e.message().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::connect_options;
    use crate::Options;

    #[test]
    fn hosts() {
        for (host, wanted) in [
            ("db.example.org", "db.example.org"),
            ("10.0.0.5", "10.0.0.5"),
            ("[2001:db8::5]", "2001:db8::5"),
        ] {
            let options = Options::new(format!("postgres://hbnb@{host}:5432/hbnb"));
            let connect = connect_options(&options).unwrap();
            assert_eq!(connect.get_host(), wanted);
            assert_eq!(connect.get_port(), 5432);
        }
    }
}
