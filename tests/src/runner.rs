//! Runs every test of the workspace, with a PostgreSQL where one can be had.

mod report;

use crate::environment::test_database_url;
use crate::postgres::{Options, Postgres};
use crate::process::signal;
use crate::skip::{self, Tool};
use anyhow::{Context, Error, Result};
use report::Report;
use std::io::Write;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal as listen};
use tokio::task::JoinSet;

const DATABASE_URL: &str = "HBNB_TEST_DATABASE_URL";
/// How long tests may take to end after Ctrl-C, and their output to end after them.
const END_LIMIT: Duration = Duration::from_secs(10);

type Shared = Arc<Mutex<Report>>;

/// Builds, tests, and prints the sums as the last line; whether nothing failed.
pub async fn run(args: &[String]) -> Result<bool> {
    let report = Shared::default();
    // First of all, so that a list with a mistake in it ends the run at once.
    let is_required = Tool::Postgres.is_required().map_err(Error::msg)?;
    let mut success = follow(cargo(&build(args)), &report).await?.success();
    if success {
        // Held until the tests have ended, also when they are interrupted.
        let postgres = database(&report, is_required);
        let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
        command.args(args);
        if let Some(postgres) = &postgres {
            command.env(DATABASE_URL, postgres.url());
        }
        success = follow(command, &report).await?.success();
    }
    let mut report = lock(&report);
    report.finish(success);
    println!("\n{report}");
    Ok(success && report.is_success())
}

fn build(args: &[String]) -> Vec<&str> {
    let mut build = vec!["build", "--workspace", "--bins"];
    // The tests look for the binaries beside themselves.
    let own = args
        .iter()
        .take_while(|arg| *arg != "--")
        .map(String::as_str);
    build.extend(own.filter(|arg| {
        matches!(
            *arg,
            "--release" | "-r" | "--locked" | "--offline" | "--frozen"
        )
    }));
    build
}

fn database(report: &Shared, is_required: bool) -> Option<Postgres> {
    if test_database_url().is_some() {
        return None;
    }
    let started = Postgres::available().and_then(|()| {
        let options = Options::default().setting("max_connections", "300");
        Postgres::start(options).map_err(|error| format!("{error:#}"))
    });
    match started {
        Ok(postgres) => Some(postgres),
        Err(why) => {
            let line = skip::line("every test on PostgreSQL", &why);
            skip::announce(&line);
            match is_required {
                true => lock(report).fail(),
                false => lock(report).read(&line),
            }
            None
        }
    }
}

fn cargo(args: &[&str]) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let mut command = Command::new("cargo");
    command
        .args(args)
        .current_dir(root.unwrap_or(Path::new(".")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: what interrupts us is passed on to all of it, and waited for.
        .process_group(0);
    command
}

async fn follow(mut command: Command, report: &Shared) -> Result<ExitStatus> {
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let mut readers = JoinSet::new();
    if let Some(stdout) = child.stdout.take() {
        readers.spawn(pass_on(stdout, std::io::stdout(), Arc::clone(report)));
    }
    if let Some(stderr) = child.stderr.take() {
        readers.spawn(pass_on(stderr, std::io::stderr(), Arc::clone(report)));
    }
    let status = wait(&mut child).await?;
    // A process that outlives its test may hold the pipes open; that must not keep us.
    let _ = tokio::time::timeout(END_LIMIT, readers.join_all()).await;
    Ok(status)
}

async fn wait(child: &mut Child) -> Result<ExitStatus> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    tokio::select! {
        status = child.wait() => return Ok(status?),
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    let group = child.id().map(|pid| format!("-{pid}")).unwrap_or_default();
    let _ = signal(&group, "TERM");
    let ended = tokio::time::timeout(END_LIMIT, child.wait()).await;
    let _ = signal(&group, "KILL");
    Ok(match ended {
        Ok(status) => status?,
        Err(_) => child.wait().await?,
    })
}

/// Hands output on line by line as it comes, and reads it meanwhile.
async fn pass_on(pipe: impl AsyncRead + Unpin, mut to: impl Write, report: Shared) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while let Ok(1..) = pipe.read_until(b'\n', &mut line).await {
        // A closed output is no reason to stop counting.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        lock(&report).read(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

fn lock(report: &Shared) -> MutexGuard<'_, Report> {
    report.lock().unwrap_or_else(PoisonError::into_inner)
}
