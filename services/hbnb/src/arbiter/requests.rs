//! What can be asked of a master at its control socket.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinError;

use super::door::{self, Whom};
use super::events::What;
use super::reload;
use super::slot::Failure;
use super::state::{Master, Stop};
use super::watch::rss;
use super::worker::Worker;

type Shared = State<Arc<Master>>;

/// `GET /status`; `GET /events`, a line of JSON for each from now on; `POST /reload?wait=`, `/upgrade`, `/scale?workers=N` or
/// `?by=N`, `/recycle/SLOT`, `/stop?now=`; `PUT` and `DELETE /drain`; `/log` as on the admin listener.
pub(crate) fn router(master: &Arc<Master>) -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/reload", post(reload_all))
        .route("/upgrade", post(upgrade))
        .route("/scale", post(scale))
        .route("/recycle/{slot}", post(recycle))
        .route("/drain", put(drain).delete(no_drain))
        .route("/events", get(watch))
        .route("/log", any(log))
        .route("/stop", post(stop))
        .fallback(async || told(StatusCode::NOT_FOUND, "no such request"))
        .with_state(master.clone())
}

/// A master at one moment.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) version: String,
    pub(crate) pid: u32,
    pub(crate) ready: bool,
    /// Why not, if it is not.
    pub(crate) reason: Option<String>,
    pub(crate) generation: u64,
    pub(crate) workers_wanted: usize,
    pub(crate) listens: Vec<String>,
    pub(crate) admin: Vec<String>,
    /// How many programs have taken over so far.
    pub(crate) upgrades: u64,
    /// How the last reload or upgrade ended.
    pub(crate) last: Option<Last>,
    pub(crate) workers: Vec<WorkerStatus>,
}

/// How a reload or an upgrade ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) done: bool,
    #[serde(flatten)]
    pub(crate) what: Done,
}

/// A worker at one moment.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WorkerStatus {
    pub(crate) slot: usize,
    pub(crate) generation: u64,
    pub(crate) pid: i32,
    /// `starting`, `ready`, `draining` or `ended`.
    pub(crate) state: String,
    /// What it says of itself.
    pub(crate) status: String,
    pub(crate) age_seconds: f64,
    /// How long its runtime has run no task.
    pub(crate) silent_seconds: Option<f64>,
    pub(crate) connections: u64,
    pub(crate) requests: u64,
    pub(crate) in_flight: u64,
    pub(crate) rss_bytes: u64,
}

/// What was done, or why it was not.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    /// One sentence.
    pub(crate) message: String,
    /// What the worker that failed wrote last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<String>,
}

async fn status(State(master): Shared) -> Json<Status> {
    Json(Status::of(&master))
}

impl Status {
    fn of(master: &Master) -> Status {
        let fleet = &master.fleet;
        let generation = fleet.generation();
        Status {
            version: crate::SERVICE.version.to_owned(),
            pid: std::process::id(),
            ready: master.health.is_ready(),
            reason: master.health.why_not(),
            generation: generation.number,
            workers_wanted: fleet.slots(),
            listens: generation.sockets.addresses(),
            admin: master.probes(),
            upgrades: master.upgrades,
            last: master.last().map(Last::of),
            workers: fleet
                .workers()
                .iter()
                .map(|worker| WorkerStatus::of(worker))
                .collect(),
        }
    }
}

impl Last {
    fn of(ended: Result<String, Failure>) -> Last {
        let done = ended.is_ok();
        let what = match ended {
            Ok(message) => Done {
                message,
                lines: Vec::new(),
            },
            Err(failure) => failure.into(),
        };
        Last { done, what }
    }
}

impl From<Failure> for Done {
    fn from(Failure { reason, lines }: Failure) -> Done {
        Done {
            message: reason,
            lines,
        }
    }
}

impl WorkerStatus {
    fn of(worker: &Worker) -> WorkerStatus {
        let told = worker.board.told();
        let age = SystemTime::now().duration_since(worker.begun);
        WorkerStatus {
            slot: worker.slot + 1,
            generation: worker.generation.number,
            pid: worker.pid(),
            state: worker.life().label().to_owned(),
            status: worker.status(),
            age_seconds: age.unwrap_or_default().as_secs_f64(),
            silent_seconds: told.silent.map(|silent| silent.as_secs_f64()),
            connections: told.connections,
            requests: told.requests,
            in_flight: told.in_flight,
            rss_bytes: rss(worker.pid()),
        }
    }
}

#[derive(Deserialize)]
struct Waiting {
    #[serde(default)]
    wait: bool,
}

async fn reload_all(State(master): Shared, Query(Waiting { wait }): Query<Waiting>) -> Response {
    let reload = tokio::spawn({
        let master = master.clone();
        async move { master.reload().await }
    });
    if !wait {
        return told(StatusCode::ACCEPTED, "the reload has begun");
    }
    finished(reload.await)
}

async fn upgrade(State(master): Shared) -> Response {
    let (tried, how) = oneshot::channel();
    tokio::spawn(master.upgrade(tried));
    match how.await {
        Ok(tried) => outcome(tried),
        Err(_) => told(StatusCode::INTERNAL_SERVER_ERROR, "the upgrade broke off"),
    }
}

#[derive(Deserialize)]
struct Scale {
    workers: Option<usize>,
    by: Option<isize>,
}

async fn scale(State(master): Shared, Query(order): Query<Scale>) -> Response {
    let Scale { workers, by } = order;
    if workers.is_some() == by.is_some() {
        return told(StatusCode::BAD_REQUEST, "give workers=NUMBER, or by=NUMBER");
    }
    let to = move |now: usize| {
        workers
            .unwrap_or(now)
            .saturating_add_signed(by.unwrap_or(0))
    };
    finish(async move { master.scale(to).await }).await
}

async fn recycle(State(master): Shared, Path(slot): Path<usize>) -> Response {
    if slot == 0 || slot > master.fleet.slots() {
        let slots = master.fleet.slots();
        return told(
            StatusCode::BAD_REQUEST,
            &format!("give the slot of a worker, from 1 to {slots}"),
        );
    }
    finish(async move {
        reload::renew(&master.fleet, slot - 1, "asked").await?;
        Ok(format!("slot {slot} has a new worker"))
    })
    .await
}

async fn drain(State(master): Shared) -> Response {
    master.set_drained(true);
    told(
        StatusCode::OK,
        "the ready probe fails from now on; the workers go on",
    )
}

async fn no_drain(State(master): Shared) -> Response {
    master.set_drained(false);
    told(StatusCode::OK, "the ready probe tells how it is again")
}

async fn watch(State(master): Shared) -> Response {
    let lines = master.fleet.events().lines(What::Watching {
        pid: std::process::id(),
        generation: master.fleet.generation().number,
        workers: master.fleet.slots(),
    });
    let lines = Body::from_stream(lines);
    ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
}

async fn log(State(master): Shared, Query(whom): Query<Whom>, request: Request) -> Response {
    match door::ask_log(&master, &whom, request).await {
        Some((status, said)) => told(status, String::from_utf8_lossy(&said).trim_end()),
        None => told(StatusCode::SERVICE_UNAVAILABLE, "no worker answers"),
    }
}

#[derive(Deserialize)]
struct Stopping {
    #[serde(default)]
    now: bool,
}

async fn stop(State(master): Shared, Query(Stopping { now }): Query<Stopping>) -> Response {
    master.stop(if now { Stop::Now } else { Stop::Drain });
    told(StatusCode::ACCEPTED, "stopping")
}

/// Does something to its end, although who asked for it may not wait for it.
async fn finish(work: impl Future<Output = Result<String, Failure>> + Send + 'static) -> Response {
    finished(tokio::spawn(work).await)
}

fn finished(done: Result<Result<String, Failure>, JoinError>) -> Response {
    match done {
        Ok(done) => outcome(done),
        Err(error) => told(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("it broke off: {error}"),
        ),
    }
}

fn outcome(done: Result<String, Failure>) -> Response {
    match done {
        Ok(said) => told(StatusCode::OK, &said),
        Err(failure) => (StatusCode::CONFLICT, Json(Done::from(failure))).into_response(),
    }
}

fn told(status: StatusCode, message: &str) -> Response {
    let done = Done {
        message: message.to_owned(),
        lines: Vec::new(),
    };
    (status, Json(done)).into_response()
}
