//! `hbnb-api`: the JSON API as a service of its own.

use std::process::ExitCode;

use api::config::{ApiConfig, OPTIONS, database_url, database_wait};
use clap::{ArgMatches, Command};
use domain::Store;
use kit::config::{COMMON, Common, Env, Opt, Settings, admin_bind, bind, flags};
use kit::service::{self, Opened};
use kit::telemetry::Service;
use kit::{program, serve};

const EXAMPLES: &str = "Examples:
  hbnb-api migrate --database-url postgres://hbnb@localhost/hbnb
  hbnb-api --database-url postgres://hbnb@localhost/hbnb --bind 127.0.0.1:8081
  hbnb-api check";

const SERVICE: Service = Service {
    name: "hbnb-api",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    let options = options();
    let matches = command(&options).get_matches();
    program::run("hbnb-api", async move {
        match matches.subcommand() {
            Some(("migrate", flags)) => migrate(&options, flags).await,
            Some(("check", flags)) => probe(&options, flags).await,
            Some((_, flags)) => run(&options, flags).await,
            None => run(&options, &matches).await,
        }
    })
}

fn options() -> Vec<Opt> {
    let own = [
        bind("127.0.0.1:8081"),
        admin_bind("127.0.0.1:9081"),
        database_url(""),
        database_wait("60s"),
    ];
    own.iter().chain(OPTIONS).chain(COMMON).copied().collect()
}

fn command(options: &[Opt]) -> Command {
    Command::new("hbnb-api")
        .about("The HBNB JSON API under /api/v1, on PostgreSQL or SQLite")
        .version(clap::crate_version!())
        .after_help(EXAMPLES)
        .args(flags(options).into_iter().map(|flag| flag.global(true)))
        .subcommand(Command::new("serve").about("Answer requests (what it does without a command)"))
        .subcommand(
            Command::new("migrate").about("Bring the database's schema up to date, and end"),
        )
        .subcommand(program::check_command())
}

async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let env = Env::read();
    let settings = Settings::load(options, &env, flags)?;
    program::start_telemetry(&settings, &env, SERVICE)?;
    let (common, config): (Common, _) = (settings.get()?, ApiConfig::read(&settings)?);
    let listeners = serve::bind(&common.bind, &common.admin_bind, &env).await?;
    tracing::info!(addresses = ?listeners.0.addresses(), admin = ?listeners.1.addresses(), "listening");
    let (database, mut opened) = (config.database(), None);
    let outcome = service::run(SERVICE, &common, listeners, async |ground| {
        let store = opened.insert(Store::open(&database).await?);
        let (router, watch) = api::service::open(store, &config, ground)?;
        let site = router.into();
        Ok(Opened { site, watch })
    })
    .await?;
    api::service::close(opened, outcome).await;
    Ok(ExitCode::from(outcome.code()))
}

async fn migrate(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(options, &Env::read(), flags)?;
    program::start_log(&settings)?;
    let store = Store::open(&ApiConfig::read(&settings)?.database()).await?;
    store.migrate().await?;
    store.close().await;
    program::say(&format!(
        "The schema is up to date (version {}).",
        domain::newest_schema()
    ))?;
    Ok(ExitCode::SUCCESS)
}

async fn probe(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(options, &Env::read(), flags)?;
    program::probe(&settings, flags).await
}
