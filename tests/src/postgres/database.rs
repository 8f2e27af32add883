//! A database of one's own on a server.

use super::tools::{client, finish};
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty database with a name nobody else has; dropping it drops the database.
#[derive(Debug)]
pub struct Database {
    url: String,
    name: String,
    server: String,
}

impl Database {
    /// `server` is the URL of a database whose user may make others.
    pub fn create(server: &str) -> Result<Self> {
        let name = unique_name();
        // template0: nobody can be connected to it, which would make the copy fail.
        query(
            server,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )?;
        Ok(Self {
            url: with_database(server, &name)?,
            name,
            server: server.to_owned(),
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // With the server gone the database is gone too, or nobody can reach it.
        let _ = query(
            &self.server,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Runs SQL with `psql`; the answer has a line per row and `|` between columns.
pub fn query(url: &str, sql: &str) -> Result<String> {
    let mut command = client("psql")?;
    command.args([
        "-X",
        "-q",
        "-A",
        "-t",
        "-w",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        url,
        "-c",
        sql,
    ]);
    Ok(finish(command)?.trim_end().to_owned())
}

fn unique_name() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("hbnb_{}_{:x}_{count}", std::process::id(), now.as_micros())
}

fn with_database(url: &str, name: &str) -> Result<String> {
    let (address, parameters) = url
        .split_once('?')
        .map_or((url, None), |(a, p)| (a, Some(p)));
    let (scheme, rest) = address
        .split_once("://")
        .context("a database URL starts with postgres://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let parameters = parameters
        .map(|text| format!("?{text}"))
        .unwrap_or_default();
    Ok(format!("{scheme}://{authority}/{name}{parameters}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn urls() {
        let url = |text| with_database(text, "mine").unwrap();
        assert_eq!(
            url("postgres://u:p@h:1/postgres"),
            "postgres://u:p@h:1/mine"
        );
        assert_eq!(
            url("postgres://h?sslmode=require"),
            "postgres://h/mine?sslmode=require"
        );
        assert!(with_database("nonsense", "mine").is_err());
    }
}
