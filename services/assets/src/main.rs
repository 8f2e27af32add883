//! `hbnb-assets`: the style sheets, scripts and images as a service of its own.

use std::process::ExitCode;

use assets::config::{AssetsConfig, OPTIONS};
use axum::Router;
use clap::{ArgMatches, Command};
use kit::admin::{self, Health};
use kit::config::{COMMON, Common, Env, Opt, Settings, admin_bind, bind, flags};
use kit::faults::Faults;
use kit::layers::{self, Terms};
use kit::serve::{self, Clocks, Listeners, Outcome, Serve, ServeError};
use kit::telemetry::Service;
use kit::{metrics, program};
use tokio::runtime::Handle;

const SERVICE: Service = Service {
    name: "hbnb-assets",
    version: env!("CARGO_PKG_VERSION"),
};
const EXAMPLES: &str = "Examples:
  hbnb-assets --bind 127.0.0.1:8083
  hbnb-assets --assets-dir services/assets/static
  hbnb-assets check";

fn main() -> ExitCode {
    let options = options();
    let matches = command(&options).get_matches();
    program::run(SERVICE.name, async move {
        match matches.subcommand() {
            Some(("check", flags)) => probe(&options, flags).await,
            Some((_, flags)) => run(&options, flags).await,
            None => run(&options, &matches).await,
        }
    })
}

fn options() -> Vec<Opt> {
    let own = [bind("127.0.0.1:8083"), admin_bind("127.0.0.1:9083")];
    own.iter().chain(OPTIONS).chain(COMMON).copied().collect()
}

fn command(options: &[Opt]) -> Command {
    Command::new(SERVICE.name)
        .about("The style sheets, scripts and images of HBNB, under /static/")
        .version(clap::crate_version!())
        .after_help(EXAMPLES)
        .args(flags(options).into_iter().map(|flag| flag.global(true)))
        .subcommand(Command::new("serve").about("Answer requests (what it does without a command)"))
        .subcommand(program::check_command())
}

async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let env = Env::read();
    let settings = Settings::load(options, &env, flags)?;
    program::start_telemetry(&settings, &env, SERVICE)?;
    let (common, config): (Common, _) = (settings.get()?, AssetsConfig::read(&settings)?);
    let listeners = serve::bind(&common.bind, &common.admin_bind, &env).await?;
    tracing::info!(addresses = ?listeners.0.addresses(), admin = ?listeners.1.addresses(), "listening");
    let outcome = answer(assets::router(config.assets_dir), &common, listeners).await?;
    Ok(ExitCode::from(outcome.code()))
}

/// Answers probes and requests until told to stop; then drains.
async fn answer(
    router: Router,
    common: &Common,
    (main, admin): (Listeners, Listeners),
) -> anyhow::Result<Outcome> {
    serve::raise_file_limit(common.connection_limit);
    metrics::start(SERVICE.name, SERVICE.version)?;
    let health = Health::new();
    let faults = match common.faults {
        true => Some(Faults::new(&health, &Handle::current())?),
        false => None,
    };
    let terms = Terms {
        faults: faults.clone(),
        ..common.into()
    };
    let router = layers::apply(router, &health, &terms);
    health.started();
    let serve = Serve {
        main,
        admin,
        admin_router: admin::router(&health, faults.as_ref()),
        faults,
        health,
        drain: common.into(),
        clocks: Clocks::default(),
        connection_limit: common.connection_limit,
    };
    let router = async { Ok::<_, ServeError>(router) };
    Ok(serve.run(router, serve::signal()).await?)
}

async fn probe(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(options, &Env::read(), flags)?;
    program::probe(&settings, flags).await
}
