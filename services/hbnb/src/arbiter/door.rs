//! The admin listener: one for all workers, answered by the master, which never waits for requests.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use kit::{admin, metrics};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::greet::ask;
use super::state::Master;
use super::stock;
use super::worker::{Life, Worker};

/// How long a worker may take to tell something. One that is stuck does so from a thread of its own, or not at all.
const LIMIT: Duration = Duration::from_secs(2);

/// `/metrics` of all workers together and the probes; `/faults` and `/log` are passed on to the workers.
pub(crate) fn router(master: &Arc<Master>) -> Router {
    let routes = Router::new()
        .route("/metrics", get(scrape))
        .route("/faults", any(pass_on))
        .route("/faults/{name}", any(pass_on))
        .route("/log", any(pass_on))
        .with_state(master.clone());
    admin::answer(routes.merge(admin::probes(&master.health)), &master.health)
}

async fn scrape(State(master): State<Arc<Master>>) -> Response {
    admin::scraped(all(&master).await)
}

/// The metrics of all, those of a worker that does not answer as it told them last.
async fn all(master: &Master) -> anyhow::Result<String> {
    let workers = master.fleet.workers();
    let mut asked = JoinSet::new();
    for worker in &workers {
        let worker = worker.clone();
        asked.spawn(async move { look(&worker).await });
    }
    asked.join_all().await;
    let (own, stock) = (metrics::render()?, stock::take(&master.fleet)?);
    let labels = stock::labels(&master.fleet, &workers);
    // Those that have been reaped meanwhile are among the ended.
    master.fleet.with_ended(|ended| {
        let mut totals = ended.clone();
        for (worker, label) in workers.iter().zip(labels) {
            if !worker.is_ended() {
                totals.add_worker(&worker.metrics(), &label);
            }
        }
        totals.add_master(&own);
        totals.add_master(&stock);
        Ok(totals.render())
    })
}

async fn look(worker: &Worker) {
    let asked = ask(&worker.door, http::Method::GET, "/metrics");
    let told = match timeout(LIMIT, asked).await {
        Ok(Ok((StatusCode::OK, text))) => String::from_utf8_lossy(&text).into_owned(),
        // One that is about to end answers no more, and has left what it counted.
        _ => worker.board.left().unwrap_or_default(),
    };
    if !told.is_empty() {
        worker.tells_metrics(told);
    }
}

#[derive(Deserialize)]
struct Whom {
    /// The slot of a worker, from 1; all without.
    worker: Option<usize>,
}

/// Asks the workers the same; the answer is that of the first.
async fn pass_on(
    State(master): State<Arc<Master>>,
    Query(whom): Query<Whom>,
    request: Request,
) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let method = request.method().clone();
    let workers = master.fleet.workers().into_iter().filter(|worker| {
        let is_meant = whom.worker.is_none_or(|slot| slot == worker.slot + 1);
        is_meant && worker.life() != Life::Draining
    });
    let mut first = None;
    for worker in workers {
        let asked = ask(&worker.door, method.clone(), &path);
        if let Ok(Ok(answer)) = timeout(LIMIT, asked).await {
            first.get_or_insert(answer);
        }
    }
    match first {
        Some((status, text)) => (status, text).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no worker answers\n").into_response(),
    }
}
