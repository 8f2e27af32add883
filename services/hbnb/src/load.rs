//! Load as visitors make it: journeys over a site, at a rate that waits for no answer, or by users who do wait.

mod cause;
mod client;
mod closed;
mod fail_on;
mod journey;
mod judge;
mod live;
mod open;
mod record;
mod report;
mod runner;
mod seconds;
mod site;
mod table;
mod target;
mod tls;
mod visitor;

pub(crate) use fail_on::Condition;
pub(crate) use journey::Weights;
pub(crate) use report::Report;
pub(crate) use target::Target;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use http::HeaderMap;
use kit::config::Secret;
use kit::serve;

use client::{Client, Manner};
use open::Schedule;
use runner::Runner;
use site::Site;
use visitor::{Review, Visitor};

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) pace: Pace,
    /// How long requests are started.
    pub(crate) duration: Duration,
    /// How long one may take.
    pub(crate) timeout: Duration,
    pub(crate) weights: Weights,
    /// Whether every request has a connection of its own.
    pub(crate) fresh: bool,
    /// Whether any certificate will do.
    pub(crate) insecure: bool,
    /// Whether a site without places may be visited, as far as it goes.
    pub(crate) allow_empty: bool,
    /// Sent with every request, in the place of what is sent by default.
    pub(crate) headers: HeaderMap,
    /// What the site wants to see from those who write.
    pub(crate) token: Option<Secret>,
}

/// When the next request is started.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// So many times a second, whatever has become of the others, while no more than so many are under way.
    Rate { rate: f64, most: usize },
    /// By so many users, each after its last one is answered and some time has passed.
    Users { users: usize, think: Duration },
}

/// Learns what the site has, makes the load, and reports. A SIGTERM or SIGINT ends it early.
pub(crate) async fn run(plan: &Plan) -> anyhow::Result<Report> {
    let mut stop = pin!(serve::signal());
    let manner = Manner {
        fresh: plan.fresh,
        insecure: plan.insecure,
        timeout: plan.timeout,
        headers: plan.headers.clone(),
    };
    let client = Client::new(plan.target.clone(), manner)?;
    let site = tokio::select! {
        learned = Site::learn(&client, plan.allow_empty) => learned?,
        () = &mut stop => bail!("stopped before anything was measured"),
    };
    let review = Review::new(plan.token.clone());
    let visitor = Visitor::new(Arc::new(site), &plan.weights, review);
    let runner = Arc::new(Runner::new(client)?);
    let live = live::show(&runner, plan.duration);
    let begun = runner.begun();
    let whole = match plan.pace {
        Pace::Rate { rate, most } => {
            let schedule = Schedule::new(begun, rate, plan.duration);
            open::run(&runner, visitor, schedule, most, stop).await?
        }
        Pace::Users { users, think } => {
            let until = begun + plan.duration;
            closed::run(&runner, &visitor, users, think, until, stop).await?
        }
    };
    let took = match whole {
        true => plan.duration,
        false => begun.elapsed().min(plan.duration),
    };
    drop(live);
    runner.report(plan, took, !whole)
}
