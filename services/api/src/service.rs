//! The running service: the same under `hbnb-api` and `hbnb serve`.

use std::time::Duration;

use axum::Router;
use domain::{OpenError, Store};
use kit::metrics;
use kit::serve::Outcome;
use kit::service::{Ground, Watch};
use tokio::time::timeout;

use crate::config::ApiConfig;
use crate::{app, database};

/// How long connections to the database may take to close. Nothing is lost with one that does not.
const CLOSING: Duration = Duration::from_secs(1);

/// Opens the database as the configuration says. One that is away is waited for, and told as such in the metrics.
pub async fn connect(config: &ApiConfig) -> Result<Store, OpenError> {
    database::open(&config.database()).await
}

/// The API on an open store, and the watch over its database. It is not ready before the watch has seen the schema.
pub fn open(store: &Store, config: &ApiConfig, ground: &Ground) -> anyhow::Result<(Router, Watch)> {
    let Ground { health, faults } = ground;
    health.block("schema", "the schema has not been looked at yet");
    store.meter().register(metrics::registry())?;
    if let Some(faults) = faults {
        database::faults(store, faults);
    }
    let (watched, health) = (store.clone(), health.clone());
    let watch = async move { database::watch(watched, health).await.into() };
    Ok((app(store.clone(), config.manners()), Box::pin(watch)))
}

/// Closes the database after a server has ended, unless it was told to end at once.
pub async fn close(store: Option<Store>, outcome: Outcome) {
    if let Some(store) = store.filter(|_| outcome != Outcome::Interrupted) {
        let _ = timeout(CLOSING, store.close()).await;
    }
}
