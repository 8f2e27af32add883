//! A running service: what is the same in every program that answers requests.

mod program;
mod site;
mod watch;

pub use program::{Program, Start};
pub use site::Site;
pub use watch::watch_answers;

use std::future::pending;
use std::pin::Pin;

use anyhow::Error;
use axum::Router;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::admin::{self, First, Health, Live};
use crate::board::Board;
use crate::config::Common;
use crate::faults::Faults;
use crate::layers::{self, Terms};
use crate::metrics;
use crate::notify::Notifier;
use crate::serve::{Clocks, Listeners, Master, Outcome, Serve, raise_file_limit, signal};
use crate::telemetry::Service;
use crate::watchdog;

/// A watch over what a service depends on. It goes on for as long as it is polled, and ends only with what must end the
/// process.
pub type Watch = Pin<Box<dyn Future<Output = Error> + Send>>;

/// What a service finds when it is opened.
#[derive(Clone)]
pub struct Ground {
    /// What the probes report; the service blocks and clears on it what it depends on.
    pub health: Health,
    /// Trouble that can be put on, if that is allowed; the service adds its own.
    pub faults: Option<Faults>,
}

/// A service that is open.
pub struct Opened {
    /// What answers requests, without the [`layers`].
    pub site: Site,
    /// What watches over what it depends on.
    pub watch: Watch,
}

impl Opened {
    /// A service that depends on nothing.
    pub fn alone(site: Site) -> Opened {
        let watch = Box::pin(pending());
        Opened { site, watch }
    }
}

/// Who looks after a service; nobody by default.
#[derive(Default)]
pub struct Supervisors {
    /// Who hears that it is ready, why it is not, that it lives and that it ends.
    pub notifier: Notifier,
    /// What tells a worker to leave, instead of signals alone.
    pub master: Option<Master>,
    /// What tells any other service to leave; by default SIGTERM or SIGINT, from when it is run.
    pub stop: Option<Stop>,
}

/// Resolves when a service is to leave.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Answers probes at once, and requests once `open` has opened the service, until told to stop; then drains.
pub async fn run(
    service: Service,
    common: &Common,
    supervisors: Supervisors,
    (main, admin): (Listeners, Listeners),
    open: impl AsyncFnOnce(&Ground) -> anyhow::Result<Opened>,
) -> anyhow::Result<Outcome> {
    let Supervisors {
        notifier,
        master,
        stop,
    } = supervisors;
    let stop = stop.unwrap_or_else(|| Box::pin(signal()));
    raise_file_limit(common.connection_limit);
    let ground = Ground::of(service, common)?;
    let board = master.as_ref().map(|master| master.board.clone());
    let terms = Terms {
        faults: ground.faults.clone(),
        board: board.clone(),
        ..common.into()
    };
    let live = Live {
        connections: common.connection_limit.into(),
        requests: terms.request_limit.clone(),
    };
    let first = master.is_some().then(First::new);
    let (tell, told) = oneshot::channel();
    let router = async {
        let Opened { site, watch } = open(&ground).await?;
        // Nobody listens any more only if the process is about to end.
        let _ = tell.send(watch);
        ground.health.started();
        if let Some(first) = &first {
            first.opens(site.clone().router());
        }
        let terms = Terms {
            refusal_page: site.refusal_page,
            ..terms
        };
        let services = layers::apply_all(site.services, &ground.health, &terms);
        anyhow::Ok(Site { services, ..site }.router())
    };
    let serve = Serve {
        main,
        admin,
        admin_router: admin_router(&ground, &live, first.as_ref()),
        faults: ground.faults.clone(),
        health: ground.health.clone(),
        drain: common.into(),
        clocks: Clocks::default(),
        connection_limit: live.connections,
        notifier,
        board: board.clone(),
    };
    let served = async {
        match master {
            Some(master) => serve.run_for(master, router).await,
            None => serve.run(router, stop).await,
        }
    };
    let outcome = tokio::select! {
        outcome = served => outcome,
        error = watched(told) => Err(error),
    };
    leave_counts(board.as_ref());
    outcome
}

impl Ground {
    /// That of a service which begins.
    fn of(service: Service, common: &Common) -> anyhow::Result<Ground> {
        let health = Health::new();
        metrics::start(service.name, service.version, &health)?;
        watchdog::watch(&health, common.watchdog.0);
        let faults = common
            .faults
            .then(|| Faults::new(&health, &Handle::current()));
        let faults = faults.transpose()?;
        Ok(Ground { health, faults })
    }
}

/// Watches once there is something to watch over.
async fn watched(told: oneshot::Receiver<Watch>) -> Error {
    match told.await {
        Ok(watch) => watch.await,
        Err(_) => pending().await,
    }
}

fn admin_router(ground: &Ground, live: &Live, first: Option<&First>) -> Router {
    let Ground { health, faults } = ground;
    match first {
        Some(first) => admin::router_of_worker(health, faults.as_ref(), live, first),
        None => admin::router(health, faults.as_ref(), live),
    }
}

/// Leaves to the master, if there is one, what this process has counted.
fn leave_counts(board: Option<&Board>) {
    let Some(board) = board else { return };
    let left = metrics::render().map(|text| board.leave(&text));
    if !matches!(left, Ok(Ok(()))) {
        tracing::warn!("the last metrics cannot be left to the master");
    }
}
