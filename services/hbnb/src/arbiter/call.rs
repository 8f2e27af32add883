//! How the program was called: what a reload reads once more, and an upgrade calls again.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use api::config::ApiConfig;
use assets::config::AssetsConfig;
use clap::ArgMatches;
use kit::config::{Common, ConfigError, Env, Opt, Settings};
use web::config::WebConfig;

use super::options::ArbiterOptions;
use super::takeover::TAKE_OVER;
use crate::commands::Own;

pub(crate) struct Call {
    pub(crate) options: Vec<Opt>,
    pub(crate) flags: ArgMatches,
    pub(crate) env: Env,
    pub(crate) line: Line,
}

/// A command line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Where the program is found.
    pub(crate) program: PathBuf,
    /// What it was called by, its name first.
    pub(crate) arguments: Vec<OsString>,
}

impl Call {
    /// The settings as they are now, all of them checked.
    pub(crate) fn settings(&self) -> Result<Settings, ConfigError> {
        let settings = Settings::load(&self.options, &self.env, &self.flags)?;
        let _: (Common, Own, ArbiterOptions) = (settings.get()?, settings.get()?, settings.get()?);
        ApiConfig::read(&settings)?;
        WebConfig::read(&settings)?;
        AssetsConfig::read(&settings)?;
        Ok(settings)
    }
}

/// Where the program that runs was found, and where the next one will be.
pub(crate) fn program() -> PathBuf {
    found_at(std::env::current_exe().unwrap_or_default())
}

/// The kernel adds a word to the name of a file that was replaced since (proc(5)), as by another release while this one was
/// being tried.
fn found_at(running: PathBuf) -> PathBuf {
    match running.as_os_str().as_bytes().strip_suffix(b" (deleted)") {
        Some(name) => PathBuf::from(OsStr::from_bytes(name)),
        None => running,
    }
}

impl Line {
    /// The same without what told this program to take over.
    pub(crate) fn first(mut self) -> Line {
        let told = format!("--{TAKE_OVER}=");
        self.arguments
            .retain(|argument| !argument.to_string_lossy().starts_with(&told));
        self
    }
}
