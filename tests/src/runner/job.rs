//! Programs that run beside each other, while what they print is read one program after the other.

use crate::environment;
use crate::process::signal;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal as listen};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};

/// How long a program may take to end after Ctrl-C, and its output to end after it.
const END_LIMIT: Duration = Duration::from_secs(10);
/// What `cargo run` tells of the package of the runner. Build scripts that look at it would run again for each change.
const OF_THIS_PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// Lines, and where they were written.
pub(super) enum Line {
    Output(Vec<u8>),
    Error(Vec<u8>),
}

/// A program that runs, or waits for its turn.
pub(super) struct Job {
    pub(super) lines: UnboundedReceiver<Line>,
    ended: JoinHandle<Result<Option<ExitStatus>>>,
}

impl Job {
    /// Runs it once a turn is free, with `title` before what it prints. Ctrl-C ends it, and closes `turns`.
    pub(super) fn start(title: &str, command: Command, turns: &Arc<Semaphore>) -> Self {
        let (sender, lines) = unbounded_channel();
        let (title, turns) = (title.to_owned(), Arc::clone(turns));
        let ended = tokio::spawn(async move {
            // Closed: nothing begins any more.
            let Ok(_turn) = turns.acquire().await else {
                return Ok(None);
            };
            if !title.is_empty() {
                let _ = sender.send(Line::Error(format!("{title}\n").into_bytes()));
            }
            run(command, sender, &turns).await.map(Some)
        });
        Self { lines, ended }
    }

    /// After its last line: its status, or `None` when it never began.
    pub(super) async fn end(self) -> Result<Option<ExitStatus>> {
        self.ended.await?
    }
}

/// A command in `folder` that knows nothing of the package of the runner.
pub(super) fn command(program: impl AsRef<Path>, folder: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    environment::remove(command.as_std_mut(), &OF_THIS_PACKAGE);
    command.current_dir(folder);
    command
}

async fn run(
    mut command: Command,
    lines: UnboundedSender<Line>,
    turns: &Semaphore,
) -> Result<ExitStatus> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: what interrupts us is passed on to all of it, and waited for.
        .process_group(0);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let mut readers = JoinSet::new();
    if let Some(stdout) = child.stdout.take() {
        readers.spawn(read(stdout, Line::Output, lines.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        readers.spawn(read(stderr, Line::Error, lines));
    }
    let status = wait(&mut child, turns).await?;
    // A process that outlives its test may hold the pipes open; that must not keep us.
    let _ = tokio::time::timeout(END_LIMIT, readers.join_all()).await;
    Ok(status)
}

async fn wait(child: &mut Child, turns: &Semaphore) -> Result<ExitStatus> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    tokio::select! {
        status = child.wait() => return Ok(status?),
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    turns.close();
    let group = child.id().map(|pid| format!("-{pid}")).unwrap_or_default();
    let _ = signal(&group, "TERM");
    let ended = tokio::time::timeout(END_LIMIT, child.wait()).await;
    let _ = signal(&group, "KILL");
    Ok(match ended {
        Ok(status) => status?,
        Err(_) => child.wait().await?,
    })
}

async fn read(pipe: impl AsyncRead + Unpin, kind: fn(Vec<u8>) -> Line, to: UnboundedSender<Line>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while let Ok(1..) = pipe.read_until(b'\n', &mut line).await {
        // Without a reader, what is printed is still taken, so that nobody waits for it.
        let _ = to.send(kind(std::mem::take(&mut line)));
    }
}
