//! The running service.

use axum::Router;
use kit::admin::{self, Health};
use kit::config::Common;
use kit::faults::Faults;
use kit::layers::{self, Terms};
use kit::metrics;
use kit::serve::{Clocks, Listeners, Outcome, Serve, ServeError, raise_file_limit, signal};
use kit::telemetry::Service;
use tokio::runtime::Handle;

/// Answers probes and requests until told to stop; then drains. `service` is who answers, in the metrics.
pub async fn serve(
    service: Service,
    router: Router,
    common: &Common,
    (main, admin): (Listeners, Listeners),
) -> anyhow::Result<Outcome> {
    raise_file_limit(common.connection_limit);
    metrics::start(service.name, service.version)?;
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
    Ok(serve.run(router, signal()).await?)
}
