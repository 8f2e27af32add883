//! A worker: the three services together, on the sockets that its master has handed over.

use std::process::ExitCode;

use api::config::ApiConfig;
use assets::config::AssetsConfig;
use domain::demo;
use kit::config::Opt;
use kit::service::{Opened, Site, Start};
use web::ApiClient;
use web::config::WebConfig;

use crate::SERVICE;
use crate::commands::{Own, open_migrated};

/// Answers until its master tells it to leave, or is gone.
pub(crate) async fn run(options: &[Opt]) -> anyhow::Result<ExitCode> {
    let start = Start::handed(SERVICE, options)?;
    let settings = &start.settings;
    let (config, web) = (ApiConfig::read(settings)?, WebConfig::read(settings)?);
    let assets = AssetsConfig::read(settings)?;
    let own: Own = settings.get()?;
    let listeners = start.bind().await?;
    let database = config.database();
    let mut opened = None;
    let open = async |ground: &_| {
        let store = opened.insert(open_migrated(&database).await?);
        if !own.no_demo && demo::offer(store).await?.is_some() {
            tracing::info!(
                "the database was empty and has demo data now; hbnb demo --remove takes it away"
            );
        }
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
