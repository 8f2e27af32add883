//! One file per command.

pub(crate) mod config;
pub(crate) mod data;
pub(crate) mod demo;
pub(crate) mod load;
pub(crate) mod master;
pub(crate) mod nginx;
pub(crate) mod secrets;

use api::config::ApiConfig;
use domain::{Options, Store, display_url};
use kit::config::Settings;
use kit::program;
use serde::Deserialize;

/// What is this program's alone.
#[derive(Deserialize)]
pub(crate) struct Own {
    pub(crate) no_demo: bool,
}

/// Opens the database of the settings, with its schema up to date. Starts the log before.
async fn open(settings: &Settings) -> anyhow::Result<(Store, String)> {
    program::start_log(settings)?;
    let options = ApiConfig::read(settings)?.database();
    let store = open_migrated(&options).await?;
    Ok((store, display_url(&options.url)))
}

pub(crate) async fn open_migrated(options: &Options) -> anyhow::Result<Store> {
    let store = Store::open(options).await?;
    store.migrate().await?;
    Ok(store)
}
