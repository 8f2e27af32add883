//! The installed programs, and the account that may run them.

use crate::environment;
use anyhow::{Context, Result, bail, ensure};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of PostgreSQL's programs.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    bin: PathBuf,
}

impl Tools {
    pub(super) fn find() -> Result<Self> {
        let complete =
            |bin: &PathBuf| bin.join("initdb").is_file() && bin.join("postgres").is_file();
        let bin = folders().into_iter().find(complete);
        let bin = bin.with_context(|| {
            format!("PostgreSQL is not installed (initdb and postgres are neither in PATH nor in {DEBIAN}/*/bin)")
        })?;
        Ok(Self { bin })
    }

    pub(super) fn command(&self, program: &str, account: Option<&Account>) -> Command {
        let mut command = command(self.bin.join(program));
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// A client program such as `psql`, which may be installed without the server.
pub(super) fn client(program: &str) -> Result<Command> {
    let found = folders()
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    found
        .map(command)
        .with_context(|| format!("{program} is not installed"))
}

fn command(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    // PGHOST, PGPORT, PGDATA and their like would point the programs elsewhere.
    environment::remove(&mut command, &["PG"]);
    command
}

/// PATH first, then where Debian hides the server's programs, the newest version first.
fn folders() -> Vec<PathBuf> {
    let path = environment::variable("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let hidden = versions.into_iter().map(|(_, bin)| bin);
    path.split(':').map(PathBuf::from).chain(hidden).collect()
}

/// Who runs the server in place of root, whom PostgreSQL refuses.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// `None` when we are not root and can run the server ourselves.
    pub(super) fn unprivileged() -> Result<Option<Self>> {
        if Path::new("/proc/self").metadata()?.uid() != 0 {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        for name in ["postgres", "nobody"] {
            if let Some(account) = accounts.lines().find_map(|line| Self::parse(line, name)) {
                return Ok(Some(account));
            }
        }
        bail!("PostgreSQL does not run as root, and there is no user postgres or nobody")
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let is_wanted = fields.next() == Some(name);
        let (uid, gid) = (fields.nth(1)?, fields.next()?);
        is_wanted.then_some(Self {
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
        })
    }
}

/// Runs a program to its end; a failure carries what it wrote.
pub(super) fn finish(mut command: Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{} ended with {}: {}",
        command.get_program().to_string_lossy(),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
