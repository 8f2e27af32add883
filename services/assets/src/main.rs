//! `hbnb-assets`: the style sheets, scripts and images as a service of its own.

use std::process::ExitCode;

use assets::config::{AssetsConfig, OPTIONS};
use clap::{ArgMatches, Command};
use kit::config::{COMMON, Common, Env, Opt, Settings, admin_bind, bind, flags};
use kit::service::{self, Opened};
use kit::telemetry::Service;
use kit::{program, serve};

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
    let router = assets::router(config.assets_dir);
    let outcome = service::run(SERVICE, &common, listeners, async |_| {
        Ok(Opened::alone(router.into()))
    })
    .await?;
    Ok(ExitCode::from(outcome.code()))
}

async fn probe(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(options, &Env::read(), flags)?;
    program::probe(&settings, flags).await
}
