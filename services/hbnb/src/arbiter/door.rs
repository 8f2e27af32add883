//! The admin listener: one for all workers, answered by the master, which never waits for requests.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use bytes::Bytes;
use http_body_util::BodyExt;
use kit::{admin, metrics};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;

use super::greet::ask;
use super::state::Master;
use super::stock;
use super::worker::{Life, Worker};

/// How long a worker may take to tell something. One that is stuck does so from a thread of its own, or not at all.
const LIMIT: Duration = Duration::from_secs(2);

/// `/metrics` of all workers together and the probes; `/faults` is passed on to the workers, `/log` is for all.
pub(crate) fn router(master: &Arc<Master>) -> Router {
    let routes = Router::new()
        .route("/metrics", get(scrape))
        .route("/faults", any(pass_on))
        .route("/faults/{name}", any(pass_on))
        .route("/log", any(log))
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
    let asked = ask(&worker.door, Method::GET, "/metrics");
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
pub(crate) struct Whom {
    /// The slot of a worker, from 1; all without.
    worker: Option<usize>,
}

/// What a worker, or this process in its place, answers.
pub(crate) type Answer = (StatusCode, Bytes);

async fn pass_on(
    State(master): State<Arc<Master>>,
    Query(whom): Query<Whom>,
    request: Request,
) -> Response {
    answered(ask_workers(&master, &whom, request.method(), request.uri()).await)
}

async fn log(
    State(master): State<Arc<Master>>,
    Query(whom): Query<Whom>,
    request: Request,
) -> Response {
    answered(ask_log(&master, &whom, request).await)
}

/// Has the log of this process told or changed, and then those of its workers, unless one of these is meant.
pub(crate) async fn ask_log(master: &Master, whom: &Whom, request: Request) -> Option<Answer> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let own = match admin::log_level() {
        Some(router) if whom.worker.is_none() => Some(ask_own(router, request).await?),
        _ => None,
    };
    if own.as_ref().is_some_and(|(status, _)| !status.is_success()) {
        return own;
    }
    let workers = ask_workers(master, whom, &method, &uri).await;
    own.or(workers)
}

async fn ask_own(router: Router, request: Request) -> Option<Answer> {
    let (head, body) = router.oneshot(request).await.ok()?.into_parts();
    let body = body.collect().await.ok()?;
    Some((head.status, body.to_bytes()))
}

/// Asks the workers the same; the answer is that of the first.
async fn ask_workers(master: &Master, whom: &Whom, method: &Method, uri: &Uri) -> Option<Answer> {
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let workers = master.fleet.workers().into_iter().filter(|worker| {
        let is_meant = whom.worker.is_none_or(|slot| slot == worker.slot + 1);
        is_meant && worker.life() != Life::Draining
    });
    let mut first = None;
    for worker in workers {
        let asked = ask(&worker.door, method.clone(), path);
        if let Ok(Ok(answer)) = timeout(LIMIT, asked).await {
            first.get_or_insert(answer);
        }
    }
    first
}

fn answered(answer: Option<Answer>) -> Response {
    match answer {
        Some((status, text)) => (status, text).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no worker answers\n").into_response(),
    }
}
