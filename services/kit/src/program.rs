//! What every program does before and after its work.

use std::io::{ErrorKind, Write};
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use tokio::runtime::Builder;

use crate::check::{check, reach};
use crate::config::{Common, ConfigError, Env, Listen, Settings};
use crate::serve::Inherited;
use crate::telemetry::{self, Service};
use crate::watchdog::{self, Ended};

/// How long the last spans may take to reach the collector.
const FLUSH: Duration = Duration::from_secs(2);
/// As much as a first thread usually has (getrlimit(2), `RLIMIT_STACK`).
const STACK: usize = 8 << 20;
/// The most threads for what blocks, such as a password's hash or the look-up of a name: tokio's own 512 are more than a
/// container may have.
const BLOCKING: usize = 32;

/// Runs a program's work on a tokio runtime of many threads, and watches over it if it is a service. An error becomes one
/// sentence on standard error and exit code 1; a service that is stuck ends with [`watchdog::STUCK`].
pub fn run(
    name: &'static str,
    work: impl AsyncFnOnce() -> anyhow::Result<ExitCode> + Send + 'static,
) -> ExitCode {
    run_watched(name, Builder::new_multi_thread(), work)
}

/// The same on a runtime of one thread, for one of several processes that share the work.
pub fn run_worker(
    name: &'static str,
    work: impl AsyncFnOnce() -> anyhow::Result<ExitCode> + Send + 'static,
) -> ExitCode {
    run_watched(name, Builder::new_current_thread(), work)
}

/// The same on the first thread, which nobody watches over: for what has little to do and must not wake up for nothing.
pub fn run_small(name: &str, work: impl AsyncFnOnce() -> anyhow::Result<ExitCode>) -> ExitCode {
    complete(name, Builder::new_current_thread(), work)
}

fn run_watched(
    name: &'static str,
    runtime: Builder,
    work: impl AsyncFnOnce() -> anyhow::Result<ExitCode> + Send + 'static,
) -> ExitCode {
    let (tell, told) = sync_channel(1);
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(move || tell.send(complete(name, runtime, work)));
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => return failed(name, &error.into()),
    };
    match watchdog::wait(&told) {
        Ok(code) => code,
        Err(Ended::Stuck) => ExitCode::from(watchdog::STUCK),
        // Its panic has been reported there.
        Err(Ended::Panicked) => match thread.join() {
            Err(panic) => resume_unwind(panic),
            Ok(_) => ExitCode::FAILURE,
        },
    }
}

fn complete(
    name: &str,
    mut runtime: Builder,
    work: impl AsyncFnOnce() -> anyhow::Result<ExitCode>,
) -> ExitCode {
    let runtime = runtime
        .enable_all()
        .max_blocking_threads(BLOCKING)
        .on_thread_park(telemetry::rest)
        .build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(work());
            // What still blocks a thread, such as a password's hash, holds nobody's answer any more.
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(error.into()),
    };
    telemetry::end(flush_time(&done));
    done.unwrap_or_else(|error| failed(name, &error))
}

fn failed(name: &str, error: &anyhow::Error) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "{name}: {error}");
    ExitCode::FAILURE
}

/// A program that was told to stop at once does.
fn flush_time(done: &anyhow::Result<ExitCode>) -> Duration {
    match done {
        Ok(code) if *code != ExitCode::SUCCESS => Duration::ZERO,
        _ => FLUSH,
    }
}

/// Writes a line to standard output. Who reads no further, such as `head`, is no error.
pub fn say(line: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Starts the log on standard error as the settings say, and writes their warnings to it.
pub fn start_log(settings: &Settings) -> Result<(), ConfigError> {
    let common: Common = settings.get()?;
    telemetry::start(&common.log, common.log_format);
    warn(settings);
    Ok(())
}

/// The same for a master of services, whose log may be in files.
pub fn start_log_in_files(settings: &Settings, inherited: &Inherited) -> anyhow::Result<()> {
    let common: Common = settings.get()?;
    telemetry::open(&common, inherited)?;
    Ok(start_log(settings)?)
}

/// The same for a service, whose log may be in files, and whose requests are traced if the environment says so.
pub fn start_telemetry(
    settings: &Settings,
    env: &Env,
    inherited: &Inherited,
    service: Service,
) -> anyhow::Result<()> {
    let common: Common = settings.get()?;
    telemetry::open(&common, inherited)?;
    telemetry::start_traced(&common.log, common.log_format, env, service)?;
    warn(settings);
    Ok(())
}

fn warn(settings: &Settings) {
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
}

/// The `check` command that every program has; [`probe`] runs it.
pub fn check_command() -> Command {
    let probe = Arg::new("probe")
        .value_parser(["ready", "live", "startup"])
        .default_value("ready")
        .help("Which probe to ask");
    let tcp = Arg::new("tcp")
        .long("tcp")
        .value_name("HOST:PORT")
        .value_parser(host_and_port)
        .conflicts_with("probe")
        .help("Ask only whether this port takes a TCP connection within 2 s");
    Command::new("check")
        .about("Ask a probe of the running service, or try a port: exits 0 or 1, with a sentence")
        .args([probe, tcp])
}

fn host_and_port(text: &str) -> Result<Listen, String> {
    match text.parse() {
        Ok(address @ Listen::Tcp { .. }) => Ok(address),
        _ => Err("give HOST:PORT, such as db:5432".to_owned()),
    }
}

/// Does what the flags of [`check_command`] say: asks a probe at the admin listener of the settings, or tries a port.
pub async fn probe(settings: &Settings, flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let said = match flags.get_one::<Listen>("tcp") {
        Some(address) => reach(address).await,
        None => {
            let common: Common = settings.get()?;
            let probe = flags.get_one::<String>("probe");
            check(&common.admin_bind, probe.map_or("ready", String::as_str)).await
        }
    };
    say(&said.map_err(anyhow::Error::msg)?)?;
    Ok(ExitCode::SUCCESS)
}
