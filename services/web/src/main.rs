//! `hbnb-web`: the pages as a service of its own.

use std::process::ExitCode;

use clap::{ArgMatches, Command};
use kit::config::{COMMON, Common, Env, Opt, Settings, admin_bind, bind, flags};
use kit::telemetry::Service;
use kit::{program, serve, service};
use web::ApiClient;
use web::config::{API_URL, ApiAt, OPTIONS, WebConfig};

const SERVICE: Service = Service {
    name: "hbnb-web",
    version: env!("CARGO_PKG_VERSION"),
};
const EXAMPLES: &str = "Examples:
  hbnb-web --api-url http://127.0.0.1:8081
  HBNB_API_URL=http://api:8080 hbnb-web --bind 0.0.0.0:8080
  hbnb-web check";

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
    let own = [
        bind("127.0.0.1:8082"),
        admin_bind("127.0.0.1:9082"),
        API_URL,
    ];
    own.iter().chain(OPTIONS).chain(COMMON).copied().collect()
}

fn command(options: &[Opt]) -> Command {
    Command::new(SERVICE.name)
        .about("The pages of HBNB, which ask the API for data")
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
    let (common, config): (Common, _) = (settings.get()?, WebConfig::read(&settings)?);
    let api = ApiClient::over_http(&ApiAt::read(&settings)?.api_url, config.api_timeout());
    let listeners = serve::bind(&common.bind, &common.admin_bind, &env).await?;
    tracing::info!(addresses = ?listeners.0.addresses(), admin = ?listeners.1.addresses(), "listening");
    let open = async |ground: &_| Ok(web::service::open(api, ground));
    let outcome = service::run(SERVICE, &common, listeners, open).await?;
    Ok(ExitCode::from(outcome.code()))
}

async fn probe(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(options, &Env::read(), flags)?;
    program::probe(&settings, flags).await
}
