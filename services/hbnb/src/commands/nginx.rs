//! `hbnb nginx`, and `hbnb check --nginx`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::ArgMatches;
use kit::config::{Opt, Settings};
use kit::program;

use crate::cli;
use crate::nginx::{self, Effect};

/// Prints the file for nginx.
pub(crate) fn print(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let effect = Effect::read(&cli::settings(options, flags)?)?;
    let site = nginx::site(&effect, &cli::nginx::front(flags))?;
    program::say(site.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// Asks a probe, tries a port, or tells what is wrong with a file of nginx.
pub(crate) async fn check(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    match flags.get_one::<PathBuf>("nginx") {
        Some(file) => check_file(&settings, file),
        None => program::probe(&settings, flags).await,
    }
}

fn check_file(settings: &Settings, file: &Path) -> anyhow::Result<ExitCode> {
    let (effect, name) = (Effect::read(settings)?, file.display());
    let findings =
        nginx::check(file, &effect).map_err(|error| anyhow!("cannot read {name}: {error}"))?;
    for finding in &findings {
        program::say(&finding.to_string())?;
    }
    if !findings.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    program::say(&format!("{name} fits{}", doubt(&effect)))?;
    Ok(ExitCode::SUCCESS)
}

/// What is not the file's fault.
fn doubt(effect: &Effect) -> String {
    match effect.nearest() {
        Some(at) if !effect.trusts(&at) => {
            let peer = Effect::peer(&at);
            format!(
                ", but hbnb believes nothing that nginx says of clients: give it --trusted-proxies {peer}"
            )
        }
        _ => String::new(),
    }
}
