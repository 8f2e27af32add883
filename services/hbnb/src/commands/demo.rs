//! `hbnb demo`.

use std::process::ExitCode;

use clap::ArgMatches;
use domain::demo;
use kit::config::Opt;
use kit::program;

use crate::progress::Progress;
use crate::{cli, commands};

pub(crate) async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    let own: commands::Own = settings.get()?;
    let (store, database) = commands::open(&settings).await?;
    if flags.get_flag("remove") {
        let progress = Progress::rows("removing");
        let removed = demo::remove(&store, &mut |done, total| progress.at(done, total)).await?;
        progress.end();
        program::say(&format!("{database}: {removed}"))?;
    } else if flags.get_flag("if_empty") {
        let said = match own.no_demo {
            true => "left alone, as no_demo says".to_owned(),
            false => match demo::offer(&store).await? {
                Some(added) => format!("added {added}"),
                None => "left alone, as it has rows or had some".to_owned(),
            },
        };
        program::say(&format!("{database}: {said}"))?;
    } else {
        let places = flags
            .get_one::<u32>("places")
            .copied()
            .unwrap_or(demo::SMALL);
        let progress = Progress::rows("places");
        let added = demo::fill(&store, places, &mut |done, total| progress.at(done, total)).await?;
        progress.end();
        program::say(&format!("{database}: added {added}"))?;
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
