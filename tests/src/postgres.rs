//! A real PostgreSQL of our own, from the installed programs, on a free port and in a directory that goes with it.
//!
//! Everything here blocks; it is meant to be called plainly, from asynchronous tests too.

mod cluster;
mod database;
mod options;
mod paused;
mod running;
mod tools;

pub use database::{Database, query};
pub use options::Options;
pub use paused::Paused;

use crate::process::free_port;
use crate::skip::{Tool, missing};
use anyhow::{Context, Result, bail};
use running::Running;
use std::path::Path;
use tempfile::TempDir;
use tools::{Account, Tools};

/// `psql` in a container that has the database of HBNB; the SQL follows.
pub const PSQL: [&str; 7] = ["psql", "-U", "hbnb", "-qAt", "-v", "ON_ERROR_STOP=1", "-c"];
const PORTS_TO_TRY: usize = 5;
const LOG: &str = "postgres.log";

/// A running (or stopped) server; dropping it ends the server and removes its data.
#[derive(Debug)]
pub struct Postgres {
    // Before the directory: fields are dropped in this order.
    running: Option<Running>,
    port: u16,
    options: Options,
    account: Option<Account>,
    tools: Tools,
    directory: TempDir,
}

impl Postgres {
    /// Why no server can be started here, if so.
    pub fn available() -> Result<(), String> {
        let found = Tools::find().and_then(|_| Account::unprivileged());
        found.map(drop).map_err(|error| format!("{error:#}"))
    }

    /// Whether it can; where it cannot, `what` is skipped.
    pub fn is_there(what: &str) -> bool {
        let available = Self::available();
        available
            .inspect_err(|why| missing(Tool::Postgres, what, why))
            .is_ok()
    }

    /// Starts one; where there are no programs for it, `what` is skipped.
    pub fn start_for(what: &str, options: Options) -> Result<Option<Self>> {
        match Self::is_there(what) {
            true => Self::start(options).map(Some),
            false => Ok(None),
        }
    }

    /// Makes a data directory, starts a server on it and waits until it answers.
    pub fn start(options: Options) -> Result<Self> {
        let mut postgres = Self {
            running: None,
            port: 0,
            options,
            account: Account::unprivileged()?,
            tools: Tools::find()?,
            directory: tempfile::Builder::new().prefix("hbnb-pg-").tempdir()?,
        };
        postgres.make_cluster()?;
        for _ in 0..PORTS_TO_TRY {
            postgres.port = free_port()?;
            match postgres.start_again() {
                Err(_) if postgres.log().contains("Address already in use") => {
                    std::fs::remove_file(postgres.directory().join(LOG))?;
                }
                started => return started.map(|()| postgres),
            }
        }
        bail!("every port that was free was taken a moment later, {PORTS_TO_TRY} times")
    }

    /// Starts a stopped server on the same port with the same data; one that runs is left alone.
    pub fn start_again(&mut self) -> Result<()> {
        if self.running.is_none() {
            self.running = Some(Running::start(self)?);
        }
        Ok(())
    }

    /// Ends the connections and the server, and keeps the data.
    pub fn stop(&mut self) -> Result<()> {
        self.running.take().map_or(Ok(()), Running::stop)
    }

    /// Stops all its processes in their tracks, until what this gives is dropped: clients get no answer and no refusal.
    pub fn pause(&self) -> Result<Paused> {
        let running = self.running.as_ref().context("it does not run")?;
        Paused::all(running.pid())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `postgres://user[:password]@127.0.0.1:port/postgres`
    pub fn url(&self) -> String {
        format!(
            "postgres://{}@127.0.0.1:{}/postgres",
            self.options.credentials(),
            self.port
        )
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        std::fs::read(self.directory().join(LOG))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn own(&self, path: &Path) -> Result<()> {
        let Some(account) = &self.account else {
            return Ok(());
        };
        std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid))
            .with_context(|| format!("cannot give {} away", path.display()))
    }
}
