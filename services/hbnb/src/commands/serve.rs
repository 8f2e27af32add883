//! `hbnb serve`.

use std::process::ExitCode;

use api::config::ApiConfig;
use clap::ArgMatches;
use domain::{Counts, demo, display_url};
use kit::config::{Common, Env, Opt, Settings};
use kit::telemetry::Service;
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
    let service = Service {
        name: "hbnb",
        version: env!("CARGO_PKG_VERSION"),
    };
    program::start_telemetry(&settings, &env, service)?;
    let (common, config): (Common, _) = (settings.get()?, ApiConfig::read(&settings)?);
    let own: Own = settings.get()?;
    let listeners = serve::bind(&common.bind, &common.admin_bind, &env).await?;
    let database = config.database();
    let addresses = (listeners.0.addresses(), listeners.1.addresses());
    let open = async {
        let store = open_migrated(&database).await?;
        let filled = if own.no_demo {
            None
        } else {
            demo::offer(&store).await?
        };
        introduce(&addresses, &display_url(&database.url), filled)?;
        Ok(store)
    };
    let outcome = api::service::serve("hbnb", open, &config, &common, listeners).await?;
    Ok(ExitCode::from(outcome.code()))
}

/// Says where it listens, which database it uses, and what to try first.
fn introduce(
    (main, admin): &(Vec<String>, Vec<String>),
    database: &str,
    filled: Option<Counts>,
) -> std::io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let (here, probes) = (main.join(", "), admin.join(", "));
    program::say(&format!(
        "HBNB {version} listens on {here}, metrics and probes on {probes}"
    ))?;
    let demo = match filled {
        Some(_) => ", with demo data (hbnb demo --remove takes it away)",
        None => "",
    };
    program::say(&format!("Database: {database}{demo}"))?;
    match main.iter().find(|address| address.starts_with("http")) {
        Some(first) => program::say(&format!("Try: curl {first}/api/v1/states")),
        None => Ok(()),
    }
}
