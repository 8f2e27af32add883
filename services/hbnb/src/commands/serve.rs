//! `hbnb serve`.

use std::process::ExitCode;

use api::config::ApiConfig;
use clap::ArgMatches;
use domain::{Counts, Stats, Store, demo, display_url};
use kit::config::{Common, Env, Opt, Settings};
use kit::serve::Listeners;
use kit::{program, serve};
use serde::Deserialize;

use crate::commands::open_migrated;

#[derive(Deserialize)]
struct Own {
    no_demo: bool,
}

pub(crate) async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let env = Env::read();
    let settings = Settings::load(options, &env, flags)?;
    program::start_log(&settings)?;
    let (common, config): (Common, _) = (settings.get()?, ApiConfig::read(&settings)?);
    let own: Own = settings.get()?;
    let listeners = serve::bind(&common.bind, &common.admin_bind, &env).await?;
    let database = config.database();
    let store = open_migrated(&database).await?;
    let filled = if own.no_demo {
        None
    } else {
        fill_if_empty(&store).await?
    };
    introduce(&listeners, &display_url(&database.url), filled);
    let outcome = api::service::serve("hbnb", store, &config, &common, listeners).await?;
    Ok(ExitCode::from(outcome.code()))
}

/// Puts the small demo into a database without a single row; tells what was put in.
async fn fill_if_empty(store: &Store) -> anyhow::Result<Option<Counts>> {
    if !Stats::count(store).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(demo::fill(store, demo::SMALL, &mut |_, _| {}).await?))
}

fn introduce((main, admin): &(Listeners, Listeners), database: &str, filled: Option<Counts>) {
    let main = main.addresses();
    let version = env!("CARGO_PKG_VERSION");
    println!(
        "HBNB {version} listens on {}, metrics and probes on {}",
        main.join(", "),
        admin.addresses().join(", ")
    );
    match filled {
        Some(_) => {
            println!("Database: {database}, with demo data (hbnb demo --remove takes it away)");
        }
        None => println!("Database: {database}"),
    }
    if let Some(first) = main.iter().find(|address| address.starts_with("http")) {
        println!("Try: curl {first}/api/v1/states");
    }
}
