//! `hbnb config`.

use std::process::ExitCode;

use clap::ArgMatches;
use kit::config::Opt;

use crate::cli;

pub(crate) fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    let rows = settings.table();
    let width = |column: fn(&(&str, String, String)) -> usize| {
        rows.iter().map(column).max().unwrap_or_default()
    };
    let (keys, values) = (width(|row| row.0.len()), width(|row| row.1.len()));
    for (key, value, source) in &rows {
        println!("{key:keys$}  {value:values$}  {source}");
    }
    for warning in settings.warnings() {
        eprintln!("hbnb: {warning}");
    }
    Ok(ExitCode::SUCCESS)
}
