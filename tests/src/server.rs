//! Starts the binaries under test.

mod running;

pub use running::Server;

use crate::environment;
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const BIN_DIR: &str = "HBNB_TEST_BIN_DIR";
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// What would make a server behave otherwise than the test says.
const FOREIGN: [&str; 5] = ["HBNB_", "OTEL_", "LISTEN_", "NOTIFY_", "WATCHDOG_"];

/// A built program of this workspace.
#[derive(Debug, Clone)]
pub struct Binary(PathBuf);

impl Binary {
    /// Looks in `HBNB_TEST_BIN_DIR`, or where cargo has put this very test (`target/debug`, `target/release`).
    pub fn named(name: &str) -> Result<Self> {
        let folder = match environment::variable(BIN_DIR) {
            Some(folder) => PathBuf::from(folder),
            None => built_folder()?,
        };
        let path = folder.join(name);
        if !path.is_file() {
            bail!(
                "{} is missing: run `cargo build --workspace --bins` first",
                path.display()
            );
        }
        Ok(Self(path))
    }

    /// Any program, such as another release of ours.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The program with nothing inherited that would change what it does.
    pub fn command<A: AsRef<OsStr>>(
        &self,
        args: &[A],
        envs: &[(&str, &str)],
        cwd: &Path,
    ) -> Command {
        let mut command = Command::new(&self.0);
        environment::remove(&mut command, &FOREIGN);
        command
            .args(args)
            .envs(envs.iter().copied())
            .current_dir(cwd)
            .stdin(Stdio::null());
        command
    }

    /// The program on a listening socket of its supervisor, which is descriptor 3; see `sd_listen_fds(3)`.
    pub fn command_on<A: AsRef<OsStr>>(
        &self,
        socket: impl Into<OwnedFd>,
        args: &[A],
        envs: &[(&str, &str)],
        cwd: &Path,
    ) -> Command {
        // Only the shell's own number is known before the program runs, and only standard input can be handed to it.
        let script = r#"exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@""#;
        let first = ["-c".as_ref(), script.as_ref(), self.0.as_os_str()];
        let mut command = Binary::at("/bin/sh").command(&first, envs, cwd);
        command.args(args).stdin(Stdio::from(socket.into()));
        command
    }
}

/// Runs a command that ends by itself, within a minute.
pub async fn run(
    binary: &Binary,
    args: &[&str],
    envs: &[(&str, &str)],
    cwd: &Path,
) -> Result<Output> {
    let mut command = tokio::process::Command::from(binary.command(args, envs, cwd));
    let output = command.kill_on_drop(true).output();
    tokio::time::timeout(COMMAND_LIMIT, output)
        .await
        .with_context(|| format!("{args:?} did not end within {COMMAND_LIMIT:?}"))?
        .with_context(|| format!("cannot run {}", binary.path().display()))
}

/// `hbnb-api` alone, one process, on a database whose schema it brings up to date before.
pub async fn start_api(
    url: &str,
    args: &[&str],
    envs: &[(&str, &str)],
    folder: &Path,
) -> Result<Server> {
    let binary = Binary::named("hbnb-api")?;
    let database = ["--database-url", url];
    let migrated = run(
        &binary,
        &[&["migrate"], &database[..]].concat(),
        &[],
        folder,
    )
    .await?;
    ensure!(migrated.status.success(), "{migrated:?}");
    let own = ["serve", "--drain-delay", "0s"];
    Server::start(&binary, &[&own[..], &database, args].concat(), envs, folder).await
}

fn built_folder() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    folder
        .map(Path::to_path_buf)
        .context("the test program stands nowhere")
}
