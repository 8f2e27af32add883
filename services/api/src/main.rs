//! `hbnb-api`: the JSON API as a service of its own.

use std::process::ExitCode;

use api::config::{ApiConfig, OPTIONS, database_url, database_wait};
use clap::Command;
use domain::Store;
use kit::config::{COMMON, Settings, admin_bind, bind};
use kit::program;
use kit::serve::Outcome;
use kit::service::{Opened, Program, Start};
use kit::telemetry::Service;

const EXAMPLES: &str = "Examples:
  hbnb-api migrate --database-url postgres://hbnb@localhost/hbnb
  hbnb-api --database-url postgres://hbnb@localhost/hbnb --bind 127.0.0.1:8081
  hbnb-api check";

const SERVICE: Service = Service {
    name: "hbnb-api",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    let own = [
        bind("127.0.0.1:8081"),
        admin_bind("127.0.0.1:9081"),
        database_url(""),
        database_wait("60s"),
    ];
    let program = Program {
        service: SERVICE,
        about: "The HBNB JSON API under /api/v1, on PostgreSQL or SQLite",
        examples: EXAMPLES,
        options: [&own, OPTIONS, COMMON].concat(),
    };
    let migrates = Command::new("migrate");
    let migrates = migrates.about("Bring the database's schema up to date, and end");
    let matches = program.command().subcommand(migrates).get_matches();
    program::run(SERVICE.name, async move || match matches.subcommand() {
        Some(("migrate", flags)) => migrate(&program.settings(flags)?).await,
        _ => program.obey(&matches, serve).await,
    })
}

async fn serve(start: Start) -> anyhow::Result<Outcome> {
    let config = ApiConfig::read(&start.settings)?;
    let mut opened = None;
    let open = async |ground: &_| {
        let store = opened.insert(api::service::connect(&config).await?);
        let (router, watch) = api::service::open(store, &config, ground)?;
        let site = router.into();
        Ok(Opened { site, watch })
    };
    let outcome = start.serve(open).await?;
    api::service::close(opened, outcome).await;
    Ok(outcome)
}

async fn migrate(settings: &Settings) -> anyhow::Result<ExitCode> {
    program::start_log(settings)?;
    let store = Store::open(&ApiConfig::read(settings)?.database()).await?;
    store.migrate().await?;
    store.close().await;
    program::say(&format!(
        "The schema is up to date (version {}).",
        domain::newest_schema()
    ))?;
    Ok(ExitCode::SUCCESS)
}
