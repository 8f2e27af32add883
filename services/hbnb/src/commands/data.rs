//! `hbnb migrate`, `hbnb import` and `hbnb export`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::config::ApiConfig;
use clap::ArgMatches;
use domain::import::Event;
use domain::{export, import};
use kit::config::Opt;
use kit::program;

use crate::progress::Progress;
use crate::{cli, commands};

pub(crate) async fn migrate(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let (store, database) = commands::open(&cli::settings(options, flags)?).await?;
    store.close().await;
    program::say(&format!(
        "{database}: the schema is up to date (version {})",
        domain::newest_schema()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn import(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let (store, database) = commands::open(&cli::settings(options, flags)?).await?;
    let progress = Progress::bytes("reading");
    let mut report = |event: Event| match event {
        Event::Progress { done, total } => progress.at(done, total),
        told => progress.line(&told.to_string()),
    };
    let imported = import::run(&store, &file(flags), flags.get_flag("strict"), &mut report).await;
    progress.end();
    store.close().await;
    program::say(&format!("{}\nImported into {database}", imported?))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn export(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    program::start_log(&settings)?;
    let mut database = ApiConfig::read(&settings)?.database();
    // An export of a database that is not there would be an empty file instead of an error.
    database.create = false;
    let store = commands::open_migrated(&database).await?;
    let file = file(flags);
    let progress = Progress::rows("writing");
    let mut at = |done, total| progress.at(done, total);
    let written = if file == Path::new("-") {
        export::run(&store, &mut tokio::io::stdout(), &mut at).await
    } else {
        export::to_file(&store, &file, &mut at).await
    };
    progress.end();
    store.close().await;
    // Standard output may be the export itself.
    let _ = writeln!(std::io::stderr(), "{}: {}", file.display(), written?);
    Ok(ExitCode::SUCCESS)
}

fn file(flags: &ArgMatches) -> PathBuf {
    flags
        .get_one::<String>("file")
        .map(PathBuf::from)
        .unwrap_or_default()
}
