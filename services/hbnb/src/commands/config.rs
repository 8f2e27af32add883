//! `hbnb config`.

use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;
use kit::config::Opt;
use kit::program;

use crate::cli;

pub(crate) fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    let rows = settings.table();
    let width = |column: fn(&(&str, String, String)) -> usize| {
        rows.iter().map(column).max().unwrap_or_default()
    };
    let (keys, values) = (width(|row| row.0.len()), width(|row| row.1.len()));
    for (key, value, source) in &rows {
        program::say(&format!("{key:keys$}  {value:values$}  {source}"))?;
    }
    for warning in settings.warnings() {
        let _ = writeln!(std::io::stderr(), "hbnb: {warning}");
    }
    Ok(ExitCode::SUCCESS)
}
