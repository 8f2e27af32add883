//! The containers of `docker/compose.yaml`, under a project name and on a port of their own.

use crate::process::free_port;
use crate::sources::top;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Blocking, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::Command;

/// Where a published port is bound by somebody else in the meantime, another is taken.
const PORTS_TO_TRY: usize = 3;

/// One project of compose; dropping it removes its containers, networks and volumes.
#[derive(Debug)]
pub struct Compose {
    project: String,
    top: PathBuf,
    port: u16,
    files: Vec<PathBuf>,
    environment: BTreeMap<String, String>,
}

impl Compose {
    /// Why containers cannot be started here, if so.
    pub fn available() -> Result<(), String> {
        let engine = Blocking::new("docker")
            .args(["compose", "version"])
            .output();
        if !engine.is_ok_and(|output| output.status.success()) {
            return Err("docker compose is not installed".to_owned());
        }
        let info = Blocking::new("docker")
            .args(["info", "--format", "{{.ServerVersion}}"])
            .output();
        match info {
            Ok(output) if output.status.success() => Ok(()),
            _ => Err("no Docker engine answers".to_owned()),
        }
    }

    /// A project of the files at hand; nothing runs yet.
    pub fn new() -> Result<Compose> {
        Compose::of(top()?)
    }

    /// A project of the clone in a folder.
    pub fn of(folder: &Path) -> Result<Compose> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut compose = Compose {
            project: format!("hbnb-test-{}-{number}", std::process::id()),
            top: folder.to_owned(),
            port: 0,
            files: vec!["docker/compose.yaml".into()],
            environment: BTreeMap::new(),
        };
        compose.take_port()?;
        Ok(compose)
    }

    /// Sets a variable for compose.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Compose {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a file of compose, from the top of the project or absolute.
    #[must_use]
    pub fn file(mut self, file: impl Into<PathBuf>) -> Compose {
        self.files.push(file.into());
        self
    }

    /// `http://127.0.0.1:port` of the edge.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn project(&self) -> &str {
        &self.project
    }

    /// The top of the clone that it runs from.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The variables that it gives to compose, for other programs that call it.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Starts everything, waits until it is healthy, on another port if the one it had was taken in the meantime.
    pub async fn up(&mut self, args: &[&str]) -> Result<()> {
        for _ in 1..PORTS_TO_TRY {
            let output = self.try_up(args).await?;
            let text = String::from_utf8_lossy(&output.stderr);
            if output.status.success() {
                return Ok(());
            }
            if !text.contains("port is already allocated")
                && !text.contains("address already in use")
            {
                bail!("compose up: {}", self.story(&output).await);
            }
            self.take_port()?;
        }
        let output = self.try_up(args).await?;
        match output.status.success() {
            true => Ok(()),
            false => bail!("compose up: {}", self.story(&output).await),
        }
    }

    /// The same once, whatever comes of it.
    pub async fn try_up(&self, args: &[&str]) -> Result<Output> {
        self.try_run(&[&["up", "--detach", "--wait", "--no-build"], args].concat())
            .await
    }

    /// Runs a command of compose to its end; its standard output.
    pub async fn run(&self, args: &[&str]) -> Result<String> {
        let output = self.try_run(args).await?;
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => bail!("compose {}: {}", args.join(" "), text(&output.stderr)),
        }
    }

    /// The same, whatever comes of it.
    pub async fn try_run(&self, args: &[&str]) -> Result<Output> {
        let mut command = Command::from(self.command(args));
        command.kill_on_drop(true);
        Ok(command.output().await?)
    }

    /// A command of compose for this project.
    pub fn command(&self, args: &[&str]) -> Blocking {
        let mut command = Blocking::new("docker");
        command.arg("compose").args(["-p", &self.project]);
        for file in &self.files {
            command.arg("-f").arg(self.top.join(file));
        }
        command
            .args(args)
            .env("HBNB_PORT", format!("127.0.0.1:{}", self.port))
            .envs(&self.environment)
            .current_dir(&self.top)
            .stdin(Stdio::null());
        command
    }

    /// The containers of a service that run, by id.
    pub async fn containers(&self, service: &str) -> Result<Vec<String>> {
        let ids = self.run(&["ps", "--quiet", service]).await?;
        Ok(ids.split_whitespace().map(str::to_owned).collect())
    }

    /// The one container of a service, running or not.
    pub async fn container(&self, service: &str) -> Result<String> {
        let ids = self.run(&["ps", "--all", "--quiet", service]).await?;
        let mut ids = ids.split_whitespace();
        match (ids.next(), ids.next()) {
            (Some(id), None) => Ok(id.to_owned()),
            _ => bail!("{service} has not one container"),
        }
    }

    /// The log of a service, all of its containers'.
    pub async fn logs(&self, service: &str) -> Result<String> {
        self.run(&["logs", "--no-color", "--no-log-prefix", service])
            .await
    }

    fn take_port(&mut self) -> Result<()> {
        self.port = free_port()?;
        Ok(())
    }

    /// What somebody who looks for the cause would look at.
    async fn story(&self, output: &Output) -> String {
        let mut story = String::from_utf8_lossy(&output.stderr).into_owned();
        for args in [
            &["ps", "--all"][..],
            &["logs", "--no-color", "--tail", "15"],
        ] {
            let more = self.run(args).await.unwrap_or_default();
            let _ = write!(story, "\n{more}");
        }
        story
    }
}

impl Drop for Compose {
    fn drop(&mut self) {
        let all = [
            "--profile",
            "*",
            "down",
            "--volumes",
            "--remove-orphans",
            "--timeout",
            "1",
        ];
        // A file of a test's own may be gone by now; the first names all there is.
        self.files.truncate(1);
        let _ = self.command(&all).output();
    }
}

/// What the engine knows of a container, image or network.
pub async fn inspect(name: &str) -> Result<Value> {
    let text = docker(&["inspect", name]).await?;
    let mut all: Vec<Value> = serde_json::from_str(&text)?;
    all.pop().with_context(|| format!("{name} is not there"))
}

/// Runs a command of Docker to its end; its standard output.
pub async fn docker(args: &[&str]) -> Result<String> {
    let output = try_docker(args).await?;
    Ok(text(&output.stdout))
}

/// All that a container has written, what went to standard output first.
pub async fn logs(container: &str) -> Result<String> {
    let output = try_docker(&["logs", container]).await?;
    Ok([output.stdout, output.stderr]
        .map(|bytes| text(&bytes))
        .concat())
}

async fn try_docker(args: &[&str]) -> Result<Output> {
    let output = Command::new("docker")
        .args(args)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run docker")?;
    if !output.status.success() {
        bail!("docker {}: {}", args.join(" "), text(&output.stderr));
    }
    Ok(output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
