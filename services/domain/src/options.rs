//! How to open a database.

use std::time::Duration;

use url::Url;

use crate::OpenError;

/// What [`Store::open`](crate::Store::open) needs to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:FILE`, or `postgres://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?sslmode=…&sslrootcert=FILE]`.
    pub url: String,
    /// Put into a PostgreSQL URL that has none; one that the URL has wins.
    pub password: Option<String>,
    /// Whether a SQLite file that is not there is made.
    pub create: bool,
    /// How long a server that refuses connections or is starting up is waited for.
    pub wait: Duration,
    /// Connections kept open even when idle.
    pub min_connections: u32,
    /// The most connections open at once; for SQLite, the readers beside the one writer.
    pub max_connections: u32,
    /// How long a query waits for a free connection.
    pub acquire_timeout: Duration,
    /// How long PostgreSQL works on one statement before it gives up; zero for no limit.
    pub statement_timeout: Duration,
}

impl Options {
    /// The defaults for this URL.
    pub fn new(url: impl Into<String>) -> Options {
        Options {
            url: url.into(),
            password: None,
            create: true,
            wait: Duration::from_secs(5),
            min_connections: 0,
            max_connections: 8,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }

    /// Tells whether the URL can be used, without opening anything.
    pub fn check(&self) -> Result<(), OpenError> {
        self.kind().map(drop)
    }

    pub(crate) fn kind(&self) -> Result<Kind, OpenError> {
        if let Some(rest) = self.url.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            if path.is_empty() || path == ":memory:" {
                return Err(OpenError::Url("sqlite: needs the name of a file".into()));
            }
            return Ok(Kind::Sqlite(path.to_owned()));
        }
        match Url::parse(&self.url) {
            Ok(url) if is_postgres(&url) => check_postgres(&url).map(|()| Kind::Postgres),
            Ok(url) => Err(OpenError::Url(format!(
                "its scheme {:?} is neither sqlite nor postgres",
                url.scheme()
            ))),
            Err(error) => Err(OpenError::Url(error.to_string())),
        }
    }
}

pub(crate) enum Kind {
    Postgres,
    Sqlite(String),
}

fn is_postgres(url: &Url) -> bool {
    matches!(url.scheme(), "postgres" | "postgresql")
}

/// What may follow the question mark; the driver would write any other to the log, with its value.
const PARAMETERS: [&str; 13] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

fn check_postgres(url: &Url) -> Result<(), OpenError> {
    if let Some((name, _)) = url
        .query_pairs()
        .find(|(name, _)| !PARAMETERS.contains(&name.as_ref()))
    {
        return Err(OpenError::Url(format!(
            "it has the unknown parameter {name}"
        )));
    }
    let host = url.has_host() || url.query_pairs().any(|(name, _)| name == "host");
    if !host || !is_whole(url) {
        let reason =
            "its parts cannot be told apart; in a password write / # ? @ : as %2F %23 %3F %40 %3A";
        return Err(OpenError::Url(reason.into()));
    }
    Ok(())
}

/// Tells a URL in which no part of a password can have slipped into another place.
fn is_whole(url: &Url) -> bool {
    url.fragment().is_none() && !url.path().contains('@')
}

/// The URL as it may be shown: without password, and without what follows a question mark.
pub fn display_url(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if is_postgres(&parsed) => {
            let path = parsed.path().trim_start_matches('/').to_owned();
            if !is_whole(&parsed) || (!parsed.has_host() && path.contains(':')) {
                return format!("{}:****", parsed.scheme());
            }
            let _ = parsed.set_password(None);
            parsed.set_query(None);
            parsed.to_string()
        }
        Ok(parsed) if parsed.scheme() == "sqlite" => {
            url.split('?').next().unwrap_or_default().to_owned()
        }
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_holds_no_secret() {
        let shown =
            display_url("postgres://me:s3cret@db:5432/hbnb?sslmode=require&password=s3cret");
        assert_eq!(shown, "postgres://me@db:5432/hbnb");
        assert_eq!(display_url("sqlite:hbnb.db"), "sqlite:hbnb.db");
        for odd in [
            "postgres:u:s3cret@h/db",
            "postgres://user:12#s3cret@host/db",
            "postgres://user:/s3cret@host/db",
            "postgresql://user:1/s3cret@host/db",
            "user:s3cret@host",
        ] {
            assert!(!display_url(odd).contains("s3cret"), "{odd}");
            let message = Options::new(odd).check().unwrap_err().to_string();
            assert!(!message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn a_url_of_another_kind_is_named() {
        for (url, part) in [
            ("mysql://h/d", "neither sqlite nor postgres"),
            ("hbnb.db", "relative URL"),
            ("sqlite::memory:", "needs the name of a file"),
            (
                "postgres://h/d?pasword=s3cret",
                "unknown parameter pasword;",
            ),
        ] {
            let message = Options::new(url).kind().map(drop).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
