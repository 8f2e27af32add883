//! Runs every test of the workspace, with a PostgreSQL where one can be had.

mod built;
mod job;
mod report;

use crate::environment::{self, test_database_url};
use crate::postgres::{Options, Postgres};
use crate::skip::{self, Tool};
use anyhow::{Error, Result, bail};
use built::Program;
use job::{Job, Line, command};
use report::Report;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tokio::process::Command;
use tokio::sync::Semaphore;

const DATABASE_URL: &str = "HBNB_TEST_DATABASE_URL";
/// How many test programs run beside each other.
const AT_ONCE: &str = "HBNB_TEST_AT_ONCE";
/// When nobody says, and all are run. Each has as many tests at a time as there are processors, and most of those wait for
/// clocks. Those that somebody has named run one after the other.
const ALL_AT_ONCE: usize = 2;
/// They begin first, so that none of them is left alone at the end: beside the one that works most, those that wait most.
const LONGEST: [&str; 7] = [
    "browser.rs",
    "worker_metrics.rs",
    "alarm.rs",
    "replaced.rs",
    "memory.rs",
    "slow_clients.rs",
    "app_server.rs",
];
/// What selects targets; documentation has no tests then.
const TARGETS: [&str; 6] = [
    "--test",
    "--lib",
    "--bin",
    "--bench",
    "--example",
    "--all-targets",
];

/// What runs, and what came of it.
struct Run {
    top: &'static Path,
    /// Closed once a person interrupts.
    turns: Arc<Semaphore>,
    report: Report,
}

/// Builds, tests, and prints the sums as the last line; whether nothing failed. `args` go to cargo, those after `--` to
/// each test program.
pub async fn run(args: &[String]) -> Result<bool> {
    // First of all, so that a list with a mistake in it ends the run at once.
    let is_required = Tool::Postgres.is_required().map_err(Error::msg)?;
    let mut run = Run {
        top: crate::top()?,
        turns: Arc::new(Semaphore::new(at_once(args)?)),
        report: Report::default(),
    };
    let success = run.tests(args, is_required).await?;
    run.report.finish(success);
    println!("\n{}", run.report);
    Ok(success && run.report.is_success())
}

impl Run {
    async fn tests(&mut self, args: &[String], is_required: bool) -> Result<bool> {
        let mut halves = args.splitn(2, |arg| arg == "--");
        let own = halves.next().unwrap_or_default();
        let theirs = halves.next().unwrap_or_default();
        if !self
            .follow(self.cargo("build", &["--bins"], &bins(own)))
            .await?
        {
            return Ok(false);
        }
        let Some(programs) = self.programs(own).await? else {
            return Ok(false);
        };
        // Held until the tests have ended, also when they are interrupted.
        let postgres = self.database(is_required);
        let mut success = self.all(&programs, theirs, postgres.as_ref()).await?;
        if is_whole(own) && !self.turns.is_closed() {
            success &= self.follow(self.cargo("test", &["--doc"], own)).await?;
        }
        Ok(success)
    }

    /// Builds the test programs; `None` where that fails.
    async fn programs(&mut self, own: &[String]) -> Result<Option<Vec<Program>>> {
        let flags = ["--no-run", "--message-format=json-render-diagnostics"];
        let mut job = Job::start("", self.cargo("test", &flags, own), &self.turns);
        let mut programs = Vec::new();
        while let Some(line) = job.lines.recv().await {
            match line {
                Line::Output(line) => programs.extend(Program::read(&line)),
                line => self.pass_on(&line),
            }
        }
        // Cargo tells of them in the order in which they were ready.
        programs.sort_by_cached_key(|program| (place(&program.source), program.source.clone()));
        let built = job.end().await?.is_some_and(|status| status.success());
        Ok(built.then_some(programs))
    }

    /// Runs them beside each other, and names at the end which did not pass: after Ctrl-C, also those that never began.
    async fn all(
        &mut self,
        programs: &[Program],
        args: &[String],
        postgres: Option<&Postgres>,
    ) -> Result<bool> {
        let start = |program: &Program| {
            let mut command = command(&program.executable, &program.folder);
            command.args(args);
            if let Some(postgres) = postgres {
                command.env(DATABASE_URL, postgres.url());
            }
            let name = program.name(self.top);
            let title = format!("\n     Running {name}");
            (name, Job::start(&title, command, &self.turns))
        };
        let jobs: Vec<(String, Job)> = programs.iter().map(start).collect();
        let mut failed = Vec::new();
        for (name, job) in jobs {
            if !self.finish(job).await? {
                failed.push(name);
            }
        }
        for name in &failed {
            eprintln!("did not pass: {name}");
        }
        Ok(failed.is_empty())
    }

    async fn follow(&mut self, command: Command) -> Result<bool> {
        let job = Job::start("", command, &self.turns);
        self.finish(job).await
    }

    /// Hands on what it prints as it comes, reads it meanwhile, and waits for its end; whether it went well.
    async fn finish(&mut self, mut job: Job) -> Result<bool> {
        while let Some(line) = job.lines.recv().await {
            self.pass_on(&line);
        }
        Ok(job.end().await?.is_some_and(|status| status.success()))
    }

    fn pass_on(&mut self, line: &Line) {
        // A closed output is no reason to stop counting.
        let (Line::Output(text) | Line::Error(text)) = line;
        let _ = match line {
            Line::Output(_) => write(std::io::stdout(), text),
            Line::Error(_) => write(std::io::stderr(), text),
        };
        self.report.read(&String::from_utf8_lossy(text));
    }

    fn database(&mut self, is_required: bool) -> Option<Postgres> {
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
                    true => self.report.fail(),
                    false => self.report.read(&line),
                }
                None
            }
        }
    }

    fn cargo(&self, what: &str, flags: &[&str], args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = command(Path::new("cargo"), self.top);
        command.args([what, "--workspace"]).args(flags).args(args);
        command
    }
}

fn at_once(args: &[String]) -> Result<usize> {
    match environment::variable(AT_ONCE) {
        Some(told) => match told.parse() {
            Ok(number @ 1..=64) => Ok(number),
            _ => bail!("{AT_ONCE} is {told:?}: give a number from 1 to 64"),
        },
        None if is_whole(args) => Ok(ALL_AT_ONCE),
        None => Ok(1),
    }
}

/// Of a program in the row of those that take longest; all others come after them.
fn place(source: &Path) -> usize {
    let mut longest = LONGEST.iter();
    let found = longest.position(|name| source.file_name() == Some(OsStr::new(name)));
    found.unwrap_or(LONGEST.len())
}

/// Whether no target was named.
fn is_whole(args: &[String]) -> bool {
    let mut own = args.iter().take_while(|arg| *arg != "--");
    !own.any(|arg| TARGETS.iter().any(|target| arg.starts_with(target)))
}

fn write(mut to: impl Write, text: &[u8]) -> std::io::Result<()> {
    to.write_all(text).and_then(|()| to.flush())
}

/// The programs that tests run are looked for beside them.
fn bins(args: &[String]) -> Vec<&str> {
    let args = args.iter().map(String::as_str);
    args.filter(|arg| {
        matches!(
            *arg,
            "--release" | "-r" | "--locked" | "--offline" | "--frozen"
        )
    })
    .collect()
}
