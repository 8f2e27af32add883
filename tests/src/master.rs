//! A running `hbnb serve`: a master and its workers, and what the commands of `hbnb` have it do.

use crate::process::until;
use crate::server::{Binary, Server, run};
use crate::storage::Storage;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// How long the master may take to answer at its control socket.
const ANSWER: Duration = Duration::from_secs(10);

/// A master; dropping it ends it and its workers.
#[derive(Debug)]
pub struct Master {
    /// The process, where it listens, and what it says.
    pub server: Server,
    binary: Binary,
    folder: PathBuf,
}

/// What a master tells of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    pub pid: u32,
    pub ready: bool,
    pub generation: u64,
    pub workers_wanted: usize,
    pub listens: Vec<String>,
    pub upgrades: u64,
    pub last: Option<Last>,
    pub workers: Vec<Worker>,
}

/// How the last reload or upgrade ended.
#[derive(Debug, Clone, Deserialize)]
pub struct Last {
    pub done: bool,
    pub message: String,
}

/// What a master tells of a worker.
#[derive(Debug, Clone, Deserialize)]
pub struct Worker {
    pub slot: usize,
    pub generation: u64,
    pub pid: u32,
    pub state: String,
    /// How long its runtime has run no task.
    pub silent_seconds: Option<f64>,
    pub connections: u64,
    pub requests: u64,
    pub in_flight: u64,
}

/// What a command of `hbnb` has come to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    /// Standard output, then standard error.
    pub said: String,
}

impl Master {
    /// Starts one on the database, with its control socket in that one's folder, and waits until it is ready.
    pub async fn start(storage: &Storage, args: &[&str], envs: &[(&str, &str)]) -> Result<Self> {
        Self::start_program(&Binary::named("hbnb")?, storage, args, envs).await
    }

    /// The same with another program.
    pub async fn start_program(
        binary: &Binary,
        storage: &Storage,
        args: &[&str],
        envs: &[(&str, &str)],
    ) -> Result<Self> {
        let own = ["serve", "--no-demo", "--database-url", storage.url()];
        let args = [&own, args].concat();
        let server = Server::start(binary, &args, envs, storage.folder()).await?;
        Ok(Self::of(server, storage.folder()))
    }

    /// A server that was started in this folder.
    pub fn of(server: Server, folder: &Path) -> Self {
        // The commands are those of the build, whatever program the master has become.
        let binary = Binary::named("hbnb").unwrap_or_else(|_| Binary::at("hbnb"));
        Self {
            server,
            binary,
            folder: folder.to_owned(),
        }
    }

    /// Its address, `host:port`.
    pub fn address(&self) -> &str {
        self.server.base().trim_start_matches("http://")
    }

    /// The control socket.
    pub fn control(&self) -> PathBuf {
        self.folder.join("hbnb.sock")
    }

    /// Runs a command of `hbnb` where the master was started.
    pub async fn hbnb(&self, args: &[&str]) -> Result<Ran> {
        let output = run(&self.binary, args, &[], &self.folder).await?;
        Ok(Ran::of(&output))
    }

    /// What it tells of itself now.
    pub async fn status(&self) -> Result<Status> {
        let text = timeout(ANSWER, ask(&self.control(), "/status"))
            .await
            .context("the control socket does not answer")??;
        serde_json::from_str(&text).with_context(|| text.clone())
    }

    /// The processes of workers, in the order of their slots.
    pub async fn pids(&self) -> Result<Vec<u32>> {
        let status = self.status().await?;
        Ok(status.workers.iter().map(|worker| worker.pid).collect())
    }

    /// Waits until what it tells is so.
    pub async fn until(
        &self,
        what: &str,
        limit: Duration,
        mut holds: impl FnMut(&Status) -> bool,
    ) -> Result<()> {
        let mut last = None;
        let held = until(what, limit, async || {
            // Nobody answers between one program and the next.
            let Ok(status) = self.status().await else {
                return Ok(false);
            };
            let held = holds(&status);
            last = Some(status);
            Ok(held)
        });
        let held = held.await;
        held.with_context(|| format!("{last:?}; it said:\n{}", self.server.logs()))
    }

    /// Waits until as many workers as are to be there serve, all of them of the last generation, and no others are left.
    pub async fn until_settled(&self, limit: Duration) -> Result<Status> {
        let mut settled = None;
        self.until("all workers serve", limit, |status| {
            let is_settled = status.is_settled();
            settled = is_settled.then(|| status.clone());
            is_settled
        })
        .await?;
        settled.context("it was settled")
    }
}

impl Status {
    /// Whether as many workers as are to be there serve, all of them of the last generation, and no others are left.
    pub fn is_settled(&self) -> bool {
        let serves =
            |worker: &Worker| worker.state == "ready" && worker.generation == self.generation;
        self.workers.len() == self.workers_wanted && self.workers.iter().all(serves)
    }

    /// The worker of a slot that serves or is to serve.
    pub fn worker(&self, slot: usize) -> Option<&Worker> {
        let mut workers = self.workers.iter();
        workers.find(|worker| worker.slot == slot && worker.state != "draining")
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        let [stdout, stderr] =
            [&output.stdout, &output.stderr].map(|all| String::from_utf8_lossy(all));
        Self {
            code: output.status.code(),
            said: format!("{stdout}{stderr}"),
        }
    }
}

/// `GET` at a unix socket: the body of an answer with 200.
pub async fn ask(socket: &Path, path: &str) -> Result<String> {
    let mut stream = UnixStream::connect(socket).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: hbnb\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("half an answer")?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "{head}");
    Ok(body.to_owned())
}
