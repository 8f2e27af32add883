//! `hbnb load`, as tests use it.

use crate::process::signal;
use crate::server::Binary;
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Visits to a site that go on; dropping them ends them.
#[derive(Debug)]
pub struct Visits(Child);

/// What visits have come to.
#[derive(Debug)]
pub struct Visited {
    /// The exit code.
    pub code: i32,
    /// All that was written to standard error.
    pub said: String,
    /// The report; null if there is none.
    pub report: Value,
}

impl Visits {
    /// Runs `hbnb load --json` with more flags.
    pub fn begin(args: &[&str], envs: &[(&str, &str)]) -> Result<Self> {
        let args = [&["load", "--json"], args].concat();
        let hbnb = Binary::named("hbnb")?;
        let mut command = Command::from(hbnb.command(&args, envs, "/".as_ref()));
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map(Self).context("cannot run hbnb load")
    }

    /// Waits for their end.
    pub async fn end(self, limit: Duration) -> Result<Visited> {
        let output = timeout(limit, self.0.wait_with_output())
            .await
            .with_context(|| format!("hbnb load did not end within {limit:?}"))?;
        Visited::new(output?)
    }

    /// Ends them early; those under way are not waited for.
    pub async fn stop(self, limit: Duration) -> Result<Visited> {
        let pid = self.0.id().context("it has ended already")?;
        signal(&pid.to_string(), "INT")?;
        self.end(limit).await
    }
}

impl Visited {
    fn new(output: Output) -> Result<Self> {
        let said = String::from_utf8(output.stderr)?;
        Ok(Self {
            code: output.status.code().context("it was killed")?,
            report: match output.stdout.is_empty() {
                true => Value::Null,
                false => serde_json::from_slice(&output.stdout).context(said.clone())?,
            },
            said,
        })
    }

    /// How many requests there were, and how many of them failed.
    pub fn total(&self) -> Result<(u64, u64)> {
        let figure = |name: &str| self.report["total"][name].as_u64();
        let told = figure("requests").zip(figure("failed"));
        told.with_context(|| format!("there is no report; it said:\n{}", self.said))
    }
}
