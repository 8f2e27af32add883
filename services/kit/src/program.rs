//! What every program does before and after its work.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};

use crate::check::check;
use crate::config::{Common, ConfigError, Settings};
use crate::telemetry;

/// Runs a program's work on a tokio runtime. An error becomes one sentence on standard error and exit code 1.
pub fn run(name: &str, work: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(work);
            // What still blocks a thread, such as a password's hash, holds nobody's answer any more.
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(error.into()),
    };
    done.unwrap_or_else(|error| {
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(std::io::stderr(), "{name}: {error}");
        ExitCode::FAILURE
    })
}

/// Writes a line to standard output. Who reads no further, such as `head`, is no error.
pub fn say(line: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Starts the log as the settings say, and writes their warnings to it.
pub fn start_log(settings: &Settings) -> Result<(), ConfigError> {
    let common: Common = settings.get()?;
    telemetry::start(&common.log, common.log_format);
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(())
}

/// The `check` command that every program has; [`probe`] runs it.
pub fn check_command() -> Command {
    let probe = Arg::new("probe")
        .value_parser(["ready", "live", "startup"])
        .default_value("ready")
        .help("Which probe to ask");
    Command::new("check")
        .about("Ask a probe of the running service: exits 0 or 1, with a sentence")
        .arg(probe)
}

/// Asks the probe that the flags of [`check_command`] name, at the admin listener of the settings.
pub async fn probe(settings: &Settings, flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let common: Common = settings.get()?;
    let probe = flags
        .get_one::<String>("probe")
        .map_or("ready", String::as_str);
    let said = check(&common.admin_bind, probe)
        .await
        .map_err(anyhow::Error::msg)?;
    say(&said)?;
    Ok(ExitCode::SUCCESS)
}
