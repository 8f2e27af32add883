//! A Prometheus of a test's own.

use crate::environment::variable;
use crate::http::get;
use crate::process::{end, free_port, until};
use crate::skip::{Tool, missing};
use anyhow::{Result, bail};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const PROMETHEUS: &str = "HBNB_TEST_PROMETHEUS";
const LIMIT: Duration = Duration::from_secs(60);
const PORTS_TO_TRY: usize = 5;

/// The program.
#[derive(Debug)]
pub struct Prometheus(String);

impl Prometheus {
    /// Finds it; where there is none, `what` is skipped.
    pub fn find(what: &str) -> Option<Self> {
        let program = variable(PROMETHEUS);
        if program.is_none() {
            let why = format!("{PROMETHEUS} is not set");
            missing(Tool::Prometheus, what, &why);
        }
        program.map(Self)
    }

    /// Starts it with this `prometheus.yml`, and waits until it is ready.
    pub async fn start(&self, config: &Path) -> Result<Scraper> {
        for _ in 0..PORTS_TO_TRY {
            let listen = format!("127.0.0.1:{}", free_port()?);
            let folder = TempDir::new()?;
            let child = Command::new(&self.0)
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--web.listen-address={listen}"))
                .arg("--storage.tsdb.path=data")
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            let mut scraper = Scraper {
                child,
                base: format!("http://{listen}"),
                _folder: folder,
            };
            if scraper.is_ready().await? {
                return Ok(scraper);
            }
        }
        bail!("Prometheus did not become ready, {PORTS_TO_TRY} times")
    }
}

/// A running Prometheus; dropping it ends it.
#[derive(Debug)]
pub struct Scraper {
    child: Child,
    base: String,
    // It goes after the process.
    _folder: TempDir,
}

impl Scraper {
    /// Whether it becomes so; if not, it has ended, as when its port was taken.
    async fn is_ready(&mut self) -> Result<bool> {
        let mut ended = false;
        until("Prometheus is ready", LIMIT, async || {
            ended = self.child.try_wait()?.is_some();
            let ready = get(&self.base, "/-/ready").await;
            Ok(ended || ready.is_ok_and(|reply| reply.status == 200))
        })
        .await?;
        Ok(!ended)
    }

    /// The `data` of an answer of its API, such as to `/api/v1/targets`.
    pub async fn data(&self, path: &str) -> Result<Value> {
        let mut answer = get(&self.base, path).await?.json()?;
        Ok(answer["data"].take())
    }

    /// The value of a query that gives one, such as `up`; `query` is encoded as a URL wants it.
    pub async fn ask(&self, query: &str) -> Option<f64> {
        let data = self.data(&format!("/api/v1/query?query={query}")).await;
        let data = data.ok()?;
        data["result"][0]["value"][1].as_str()?.parse().ok()
    }

    /// Whether an alert of this name fires.
    pub async fn fires(&self, alert: &str) -> Result<bool> {
        let data = self.data("/api/v1/alerts").await?;
        let mut alerts = data["alerts"].as_array().into_iter().flatten();
        Ok(alerts.any(|one| one["labels"]["alertname"] == alert && one["state"] == "firing"))
    }
}

impl Drop for Scraper {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
