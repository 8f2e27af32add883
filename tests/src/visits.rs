//! `hbnb load`, as tests use it.

use crate::process::{signal, until};
use crate::server::Binary;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long it may take until the first requests are counted.
const BEGUN: Duration = Duration::from_secs(60);

/// Visits to a site that go on; dropping them ends them.
#[derive(Debug)]
pub struct Visits {
    child: Child,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

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
        let mut child = command.spawn().context("cannot run hbnb load")?;
        let lines = BufReader::new(child.stderr.take().context("no pipe")?).lines();
        let said = Arc::<Mutex<String>>::default();
        let reader = tokio::spawn(read(lines, Arc::clone(&said)));
        Ok(Self {
            child,
            said,
            reader,
        })
    }

    /// Waits until it has told of requests: before, it learns what the site has, and ends where it cannot.
    pub async fn until_begun(&mut self) -> Result<()> {
        until("requests are counted", BEGUN, async || {
            let ended = self.child.try_wait()?.is_some();
            let said = self.said();
            ensure!(!ended, "hbnb load has ended: {said}");
            Ok(said.contains(" requests, "))
        })
        .await
    }

    fn said(&self) -> String {
        let said = self.said.lock();
        said.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for their end.
    pub async fn end(self, limit: Duration) -> Result<Visited> {
        let output = timeout(limit, self.child.wait_with_output())
            .await
            .with_context(|| format!("hbnb load did not end within {limit:?}"))??;
        self.reader.await?;
        let said = self.said.lock();
        let said = said.unwrap_or_else(PoisonError::into_inner).clone();
        Visited::new(&output, said)
    }

    /// Ends them early; those under way are not waited for.
    pub async fn stop(self, limit: Duration) -> Result<Visited> {
        let pid = self.child.id().context("it has ended already")?;
        signal(&pid.to_string(), "INT")?;
        self.end(limit).await
    }
}

impl Visited {
    fn new(output: &Output, said: String) -> Result<Self> {
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

async fn read(mut lines: Lines<BufReader<ChildStderr>>, said: Arc<Mutex<String>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push_str(&line);
        said.push('\n');
    }
}
