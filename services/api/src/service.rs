//! The running service: the same under `hbnb-api` and `hbnb serve`.

use std::future::pending;
use std::time::Duration;

use domain::Store;
use kit::admin::{self, Health};
use kit::config::Common;
use kit::faults::Faults;
use kit::layers::Terms;
use kit::serve::{Clocks, Listeners, Outcome, Serve, raise_file_limit, signal};
use kit::{layers, metrics};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::ApiConfig;
use crate::{app, database};

/// How long connections to the database may take to close. Nothing is lost with one that does not.
const CLOSING: Duration = Duration::from_secs(1);

/// Answers probes at once, and requests once `open` has given the store, until told to stop; then drains, and closes the
/// database. `name` is the service's name in the metrics.
pub async fn serve(
    name: &str,
    open: impl Future<Output = anyhow::Result<Store>>,
    config: &ApiConfig,
    common: &Common,
    (main, admin): (Listeners, Listeners),
) -> anyhow::Result<Outcome> {
    raise_file_limit(common.connection_limit);
    metrics::start(name, env!("CARGO_PKG_VERSION"))?;
    let health = Health::new();
    health.block("schema", "the schema has not been looked at yet");
    let faults = match common.faults {
        true => Some(Faults::new(&health, &Handle::current())?),
        false => None,
    };
    let (tell, told) = oneshot::channel();
    let router = async {
        let store = open.await?;
        store.meter().register(metrics::registry())?;
        if let Some(faults) = &faults {
            database::faults(&store, faults);
        }
        let _ = tell.send(store.clone());
        health.started();
        let router = app(store, config.manners());
        let terms = Terms {
            faults: faults.clone(),
            ..common.into()
        };
        anyhow::Ok(layers::apply(router, &health, &terms))
    };
    let serve = Serve {
        main,
        admin,
        admin_router: admin::router(&health, faults.as_ref()),
        faults: faults.clone(),
        health: health.clone(),
        drain: common.into(),
        clocks: Clocks::default(),
        connection_limit: common.connection_limit,
    };
    let mut opened = None;
    let watch = async {
        match told.await {
            Ok(store) => database::watch(opened.insert(store).clone(), health.clone()).await,
            Err(_) => pending().await,
        }
    };
    let outcome = tokio::select! {
        outcome = serve.run(router, signal()) => outcome?,
        error = watch => return Err(error.into()),
    };
    if let Some(store) = opened.filter(|_| outcome != Outcome::Interrupted) {
        let _ = timeout(CLOSING, store.close()).await;
    }
    Ok(outcome)
}
