//! `hbnb serve`.

use std::process::ExitCode;

use api::config::ApiConfig;
use assets::config::AssetsConfig;
use clap::ArgMatches;
use domain::{Counts, demo, display_url};
use kit::config::Opt;
use kit::program;
use kit::service::{Opened, Site, Start};
use kit::telemetry::Service;
use web::ApiClient;
use web::config::WebConfig;

use crate::commands::{Own, open_migrated};

const SERVICE: Service = Service {
    name: "hbnb",
    version: env!("CARGO_PKG_VERSION"),
};

pub(crate) async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let start = Start::read(SERVICE, options, flags)?;
    let settings = &start.settings;
    let (config, web) = (ApiConfig::read(settings)?, WebConfig::read(settings)?);
    let assets = AssetsConfig::read(settings)?;
    let own: Own = settings.get()?;
    let listeners = start.bind().await?;
    let database = config.database();
    let addresses = (listeners.0.addresses(), listeners.1.addresses());
    let mut opened = None;
    let open = async |ground: &_| {
        let store = opened.insert(open_migrated(&database).await?);
        let filled = match own.no_demo {
            true => None,
            false => demo::offer(store).await?,
        };
        introduce(&addresses, &display_url(&database.url), filled)?;
        let (api, watch) = api::service::open(store, &config, ground)?;
        let pages = web::app(ApiClient::in_process(api.clone(), web.api_timeout()));
        let site = Site::new(pages)
            .refusing_by(web::refusal_page)
            .with("/api", api)
            .with("/static", assets::router(assets.assets_dir));
        Ok(Opened { site, watch })
    };
    let outcome = start.serve_on(listeners, open).await?;
    api::service::close(opened, outcome).await;
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
        Some(first) => program::say(&format!("Open {first}/ in a browser")),
        None => Ok(()),
    }
}
