//! What the probes say of a database that goes, hangs or is slow while the site runs.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use rig::http::{get, send};
use rig::{Binary, Options, Postgres, Server};
use tempfile::TempDir;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(30);
/// A database that is away for less changes nothing.
const GRACE: Duration = Duration::from_secs(4);
const HEALED: Duration = Duration::from_secs(2);

fn postgres(what: &str) -> Option<Postgres> {
    Postgres::start_for(what, Options::default()).unwrap()
}

async fn serve(postgres: &Postgres, folder: &Path) -> Server {
    let args = ["serve", "--no-demo", "--database-url", &postgres.url()];
    let faults = [("HBNB_FAULTS", "true")];
    let binary = Binary::named("hbnb").unwrap();
    Server::start(&binary, &args, &faults, folder)
        .await
        .unwrap()
}

/// Fails ready, and not before its time; never live.
async fn is_missed(server: &Server, since: Instant) {
    server.until_probe("ready", 503, PATIENCE).await.unwrap();
    let seen = since.elapsed();
    assert!(seen > GRACE, "{seen:?}");
    assert_eq!(server.probe("live").await.unwrap(), 200);
}

async fn is_back(server: &Server) {
    let seen = server.until_probe("ready", 200, PATIENCE).await.unwrap();
    assert!(seen < HEALED, "{seen:?}");
    let states = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(states.status, 200, "{}", states.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_and_started_again() {
    let Some(mut postgres) = postgres("a database that is stopped under a server") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve(&postgres, folder.path()).await;
    let since = Instant::now();
    postgres.stop().unwrap();
    is_missed(&server, since).await;
    let states = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(states.status, 503);
    postgres.start_again().unwrap();
    is_back(&server).await;
}

/// It refuses nobody, and answers nobody.
#[tokio::test(flavor = "multi_thread")]
async fn hangs_and_goes_on() {
    let Some(postgres) = postgres("a database that hangs under a server") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve(&postgres, folder.path()).await;
    let since = Instant::now();
    let paused = postgres.pause().unwrap();
    is_missed(&server, since).await;
    drop(paused);
    is_back(&server).await;
}

/// All connections of the pool are taken by slow statements, and others wait for one in vain.
#[tokio::test(flavor = "multi_thread")]
async fn slow_statements_change_nothing() {
    let Some(postgres) = postgres("a pool full of slow statements") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve(&postgres, folder.path()).await;
    let slow = "/faults/database_latency?value=3s&for=1m";
    let reply = send(server.admin(), "PUT", slow, &[], None, PATIENCE).await;
    assert_eq!(reply.unwrap().status, 200);
    let base = server.base().to_owned();
    let mut clients: JoinSet<u16> = (0..32)
        .map(|_| {
            let base = base.clone();
            async move { get(&base, "/api/v1/states").await.unwrap().status }
        })
        .collect();
    let since = Instant::now();
    let mut answers = Vec::new();
    while let Some(answer) = clients.join_next().await {
        answers.push(answer.unwrap());
        assert_eq!(server.probe("ready").await.unwrap(), 200);
        if since.elapsed() < 3 * GRACE {
            let base = base.clone();
            clients.spawn(async move { get(&base, "/api/v1/states").await.unwrap().status });
        }
    }
    assert!(answers.contains(&503), "the pool was full: {answers:?}");
}
