//! The running service: the same under `hbnb-api` and `hbnb serve`.

use domain::Store;
use kit::admin::{self, Health};
use kit::config::Common;
use kit::serve::{Clocks, Listeners, Outcome, Serve, signal};
use kit::{layers, metrics};

use crate::config::ApiConfig;
use crate::{app, database};

/// Answers on these listeners until told to stop, drains, and closes the database. `name` is the service's name in the
/// metrics.
pub async fn serve(
    name: &str,
    store: Store,
    config: &ApiConfig,
    common: &Common,
    (main, admin): (Listeners, Listeners),
) -> anyhow::Result<Outcome> {
    metrics::start(name, env!("CARGO_PKG_VERSION"))?;
    let health = Health::new();
    let watch = database::watch(store.clone(), health.clone());
    health.block("schema", "the schema has not been looked at yet");
    health.started();
    let serve = Serve {
        main,
        admin,
        router: layers::apply(
            app(store.clone(), config.manners()),
            &health,
            common.request_limit,
        ),
        admin_router: admin::router(&health),
        health,
        drain: common.into(),
        clocks: Clocks::default(),
        connection_limit: common.connection_limit,
    };
    let outcome = tokio::select! {
        outcome = serve.run(signal()) => outcome?,
        error = watch => return Err(error.into()),
    };
    store.close().await;
    Ok(outcome)
}
