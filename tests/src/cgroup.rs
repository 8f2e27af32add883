//! A control group of a test's own, which limits what runs in it.

use crate::process::{TICK, signal};
use crate::server::{Binary, Server};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long processes may take to be gone once they are killed.
const END_LIMIT: Duration = Duration::from_secs(5);
/// Where each version is mounted, and what its limit of memory is called.
const MEMORY: [(&str, &str); 2] = [
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
    ("/sys/fs/cgroup", "memory.max"),
];
/// The same for microseconds of processor time in 100 milliseconds, which is what both have without being told.
const TIME: [(&str, &str); 2] = [
    ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us"),
    ("/sys/fs/cgroup", "cpu.max"),
];
const ONE_PROCESSOR: &str = "100000";
const SHELL: &str = "/bin/sh";
/// Joins the group before it becomes the program.
const JOIN: &str = r#"echo $$ > "$0" && exec "$@""#;

/// The group; dropping it kills what runs in it, and removes it.
#[derive(Debug)]
pub struct Cgroup(PathBuf);

impl Cgroup {
    /// Makes a group below the top one with this limit in bytes; why it cannot be made here, if so. It takes root, and a
    /// hierarchy that may be written to.
    pub fn limited_to(bytes: u64) -> Result<Self, String> {
        Self::make(&MEMORY, &bytes.to_string()).map_err(|error| format!("{error:#}"))
    }

    /// The same with as much processor time as one processor has.
    pub fn of_one_processor() -> Result<Self, String> {
        Self::make(&TIME, ONE_PROCESSOR).map_err(|error| format!("{error:#}"))
    }

    fn make(hierarchies: &[(&str, &str)], most: &str) -> Result<Self> {
        let known = hierarchies
            .iter()
            .find(|(top, _)| Path::new(top).join("cgroup.procs").exists());
        let (top, limit) = known.context("there is no hierarchy of control groups")?;
        let random = tempfile::Builder::new()
            .prefix("hbnb-test-")
            .tempdir_in(top);
        let group = Self(random.context("no control group can be made")?.keep());
        let set = fs::write(group.0.join(limit), most);
        set.with_context(|| format!("{limit} of a control group cannot be set"))?;
        Ok(group)
    }

    /// Starts a server in the group, as [`Server::start`] does.
    pub async fn start(
        &self,
        binary: &Binary,
        args: &[&str],
        envs: &[(&str, &str)],
        cwd: &Path,
    ) -> Result<Server> {
        let before = self.before(binary)?;
        let all: Vec<&str> = before
            .iter()
            .map(String::as_str)
            .chain(args.iter().copied())
            .collect();
        Server::start(&Binary::at(SHELL), &all, envs, cwd).await
    }

    /// A command that will run in the group.
    pub fn command(&self, binary: &Binary, args: &[&str], cwd: &Path) -> Result<Command> {
        let mut command = Binary::at(SHELL).command(&self.before(binary)?, &[], cwd);
        command.args(args);
        Ok(command)
    }

    /// The arguments for a shell that joins the group and becomes the program.
    fn before(&self, binary: &Binary) -> Result<[String; 4]> {
        let procs = self.0.join("cgroup.procs");
        Ok([
            "-c".to_owned(),
            JOIN.to_owned(),
            text(&procs)?,
            text(binary.path())?,
        ])
    }

    fn processes(&self) -> Vec<String> {
        let listed = fs::read_to_string(self.0.join("cgroup.procs")).unwrap_or_default();
        listed.lines().map(str::to_owned).collect()
    }

    fn remove(&self) -> Result<()> {
        let deadline = Instant::now() + END_LIMIT;
        while fs::remove_dir(&self.0).is_err() {
            ensure!(Instant::now() < deadline, "{} stays", self.0.display());
            for process in self.processes() {
                // It may have ended meanwhile.
                let _ = signal(&process, "KILL");
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            crate::skip::announce(&format!("{error:#}"));
        }
    }
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().context("a path that is no text")?;
    Ok(text.to_owned())
}
