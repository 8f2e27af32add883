//! A server process: its addresses, its end, its memory, what it said.

use super::Binary;
use crate::http;
use crate::metrics::Metrics;
use crate::process::{TICK, end, end_tree, free_port, signal, tree, until};
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const PORTS_TO_TRY: usize = 5;
/// What HBNB says of a taken port.
const TAKEN: &str = "address is already in use";
const READY_LIMIT: Duration = Duration::from_secs(60);
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// Dropping it kills the process.
#[derive(Debug)]
pub struct Server {
    child: Child,
    base: String,
    admin: String,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `binary` with `args` and free ports, and waits until it says that it is ready.
    pub async fn start(
        binary: &Binary,
        args: &[&str],
        envs: &[(&str, &str)],
        cwd: &Path,
    ) -> Result<Self> {
        for _ in 0..PORTS_TO_TRY {
            let mut server = Self::spawn(binary, args, envs, cwd)?;
            match server.until_ready().await {
                Err(_) if server.logs().contains(TAKEN) => {}
                ready => return ready.map(|()| server),
            }
        }
        bail!("every port that was free was taken a moment later, {PORTS_TO_TRY} times")
    }

    /// Starts a command that was told where to listen, and waits for nothing; its standard output and error are taken.
    pub fn launch(mut command: Command, base: &str, admin: &str) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {command:?}"))?;
        let output = Arc::new(Mutex::new(Vec::new()));
        let stdout = child
            .stdout
            .take()
            .map(|pipe| collect(pipe, Arc::clone(&output)));
        let stderr = child
            .stderr
            .take()
            .map(|pipe| collect(pipe, Arc::clone(&output)));
        Ok(Self {
            child,
            base: base.to_owned(),
            admin: admin.to_owned(),
            output,
            readers: stdout.into_iter().chain(stderr).collect(),
        })
    }

    /// The main listener: `http://127.0.0.1:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The admin listener, with the probes and `/metrics`.
    pub fn admin(&self) -> &str {
        &self.admin
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything the process has written so far, to standard output and error.
    pub fn logs(&self) -> String {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&output).into_owned()
    }

    /// SIGKILL, to this one process.
    pub fn kill(&mut self) {
        end(&mut self.child);
    }

    /// SIGTERM; see `wait`.
    pub fn terminate(&self) -> Result<()> {
        self.signal("TERM")
    }

    /// Any signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(&self.pid().to_string(), name)
    }

    /// Waits for the process to end.
    pub async fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.hear_the_last().await;
                return Ok(status);
            }
            if Instant::now() >= deadline {
                bail!("still running after {limit:?}; it said:\n{}", self.logs());
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Waits until it has written this text.
    pub async fn until_says(&self, text: &str, limit: Duration) -> Result<()> {
        until(text, limit, async || Ok(self.logs().contains(text)))
            .await
            .with_context(|| format!("it said:\n{}", self.logs()))
    }

    /// Resident memory now: of this process, or of the largest that it has started.
    pub fn rss_bytes(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most resident memory that any of them ever had.
    pub fn peak_rss_bytes(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Result<u64> {
        let mut bytes = 0;
        for pid in tree(self.pid()) {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
            let kb = kilobytes(&status, field).with_context(|| format!("no {field} of {pid}"))?;
            bytes = bytes.max(kb * 1024);
        }
        Ok(bytes)
    }

    fn spawn(binary: &Binary, args: &[&str], envs: &[(&str, &str)], cwd: &Path) -> Result<Self> {
        let main = format!("127.0.0.1:{}", free_port()?);
        let admin = format!("127.0.0.1:{}", free_port()?);
        let mut command = binary.command(args, envs, cwd);
        command.args(["--bind", &main, "--admin-bind", &admin]);
        Self::launch(
            command,
            &format!("http://{main}"),
            &format!("http://{admin}"),
        )
    }

    /// What `/metrics` says now.
    pub async fn scrape(&self) -> Result<Metrics> {
        let reply = http::get(&self.admin, "/metrics").await?;
        ensure!(reply.status == 200, "a scrape: {}", reply.status);
        Ok(Metrics(reply.text().into_owned()))
    }

    /// The status with which a probe answers now: `ready`, `live` or `startup`.
    pub async fn probe(&self, name: &str) -> Result<u16> {
        let path = format!("/healthz/{name}");
        Ok(http::get(&self.admin, &path).await?.status)
    }

    /// Waits until a probe answers with this status, and tells how long that took.
    pub async fn until_probe(&self, name: &str, status: u16, limit: Duration) -> Result<Duration> {
        let since = Instant::now();
        let what = format!("{name} says {status}");
        until(&what, limit, async || Ok(self.probe(name).await? == status)).await?;
        Ok(since.elapsed())
    }

    /// Waits until it says that it is ready.
    pub async fn until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.hear_the_last().await;
                bail!(
                    "it ended at its start with {status}; it said:\n{}",
                    self.logs()
                );
            }
            let probe =
                http::send(&self.admin, "GET", "/healthz/ready", &[], None, PROBE_LIMIT).await;
            let answer = match probe {
                Ok(reply) if reply.status == 200 => return Ok(()),
                Ok(reply) => anyhow!("{} {}", reply.status, reply.text()),
                Err(error) => error,
            };
            if Instant::now() >= deadline {
                bail!(
                    "not ready after {READY_LIMIT:?} ({answer:#}); it said:\n{}",
                    self.logs()
                );
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// What a process wrote last may still be in the pipe; a worker that outlives it may hold the pipe open.
    async fn hear_the_last(&self) {
        let deadline = Instant::now() + Duration::from_secs(1);
        while !self.readers.iter().all(JoinHandle::is_finished) && Instant::now() < deadline {
            tokio::time::sleep(TICK).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Workers of a master that is killed so suddenly need not notice; they go with it.
            end_tree(&mut self.child);
        }
    }
}

fn collect(mut pipe: impl Read + Send + 'static, output: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.extend_from_slice(&buffer[..length]);
        }
    })
}

fn kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}
