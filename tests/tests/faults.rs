//! Trouble on demand, and what the probes make of it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use rig::http::{get, send};
use rig::{Server, Storage, start_api, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
/// How long a request may take that no fault holds up.
const SOON: Duration = Duration::from_millis(300);
/// All faults, each with a value that shows.
const FAULTS: [(&str, &str); 7] = [
    ("database", ""),
    ("database_latency", "1s"),
    ("errors", "1"),
    ("latency", "1s"),
    ("memory", "100MiB"),
    ("not_ready", ""),
    ("stuck", ""),
];

/// One process, which is in trouble as a whole.
async fn serve(folder: &TempDir, envs: &[(&str, &str)]) -> Server {
    let url = format!("sqlite:{}", folder.path().join("hbnb.db").display());
    serve_at(&url, folder.path(), envs).await
}

async fn serve_at(url: &str, folder: &Path, envs: &[(&str, &str)]) -> Server {
    start_api(url, &[], envs, folder).await.unwrap()
}

const ON: [(&str, &str); 1] = [("HBNB_FAULTS", "true")];

async fn order(server: &Server, method: &str, path: &str) -> (u16, String) {
    let reply = send(server.admin(), method, path, &[], None, PATIENCE)
        .await
        .unwrap();
    (reply.status, reply.text().into_owned())
}

async fn put(server: &Server, fault: &str) {
    let (status, said) = order(server, "PUT", &format!("/faults/{fault}")).await;
    assert_eq!(status, 200, "{said}");
}

#[tokio::test]
async fn there_are_none_unless_asked_for() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &[]).await;
    assert_eq!(order(&server, "GET", "/faults").await.0, 404);
    let stuck = "/faults/stuck";
    assert_eq!(order(&server, "PUT", stuck).await.0, 404);
    assert_eq!(get(server.base(), "/faults").await.unwrap().status, 404);
}

#[tokio::test]
async fn a_wrong_order_is_told_what_is_right() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    for (path, status, right) in [
        (
            "flood",
            404,
            "there are database, database_latency, errors, latency",
        ),
        ("errors?value=2", 400, "value: give a share from 0 to 1"),
        ("errors", 400, "value: give a share from 0 to 1"),
        (
            "latency?value=soon",
            400,
            "value: give a time such as 500ms",
        ),
        ("memory?value=9GiB", 400, "value: give at most 4GiB"),
        ("not_ready?for=2h", 400, "for: give a time up to 1h"),
        ("not_ready?for=0", 400, "for: give a time up to 1h"),
    ] {
        let (code, said) = order(&server, "PUT", &format!("/faults/{path}")).await;
        assert_eq!(code, status, "{path}: {said}");
        assert!(said.contains(right), "{path}: {said}");
    }
    assert_eq!(server.probe("ready").await.unwrap(), 200);
}

#[tokio::test]
async fn a_fault_is_listed() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    put(&server, "not_ready?for=10m").await;
    assert_eq!(server.probe("ready").await.unwrap(), 503);
    assert_eq!(server.probe("live").await.unwrap(), 200);
    let listed = get(server.admin(), "/faults")
        .await
        .unwrap()
        .json()
        .unwrap();
    let told = listed.as_array().unwrap();
    let fault = told
        .iter()
        .find(|fault| fault["name"] == "not_ready")
        .unwrap();
    let left = fault["seconds_left"].as_f64().unwrap();
    assert!((1.0..=600.0).contains(&left), "{fault}");
    assert_eq!(active(&server).await, 1.0);
}

/// How many faults are on.
async fn active(server: &Server) -> f64 {
    server.scrape().await.unwrap().sum("faults_active")
}

/// Whether a fault shows where it should: at the probe, in the memory, or else in requests, which fail or take long.
async fn shows(server: &Server, fault: &str, usual_memory: u64) -> bool {
    match fault {
        "not_ready" => server.probe("ready").await.unwrap() == 503,
        "memory" => server.rss_bytes().unwrap() > usual_memory + 95 * 1024 * 1024,
        _ => {
            let path = "/api/v1/stats";
            let asked = send(server.base(), "GET", path, &[], None, SOON).await;
            !asked.is_ok_and(|reply| reply.status == 200)
        }
    }
}

#[tokio::test]
async fn each_fault_heals_by_itself() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    let memory = server.rss_bytes().unwrap();
    let listed = get(server.admin(), "/faults").await.unwrap();
    assert_eq!(
        listed.json().unwrap().as_array().unwrap().len(),
        FAULTS.len()
    );
    for (fault, value) in FAULTS {
        until("nothing shows before", PATIENCE, async || {
            Ok(!shows(&server, fault, memory).await)
        })
        .await
        .unwrap();
        let since = Instant::now();
        put(&server, &format!("{fault}?for=1s&value={value}")).await;
        assert!(shows(&server, fault, memory).await, "{fault}");
        until(fault, PATIENCE, async || {
            Ok(!shows(&server, fault, memory).await)
        })
        .await
        .unwrap();
        assert!(since.elapsed() >= Duration::from_secs(1), "{fault}");
        until("none is on", PATIENCE, async || {
            Ok(active(&server).await == 0.0)
        })
        .await
        .unwrap();
    }
}

/// Many times: a worker that is about to serve when the order comes is a rare one.
#[tokio::test]
async fn nothing_is_served_once_it_is_stuck() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    for round in 0..20 {
        put(&server, "stuck?for=10m").await;
        assert!(shows(&server, "stuck", 0).await, "round {round}");
        assert_eq!(order(&server, "DELETE", "/faults/stuck").await.0, 200);
        let path = "/api/v1/stats";
        let healed = send(server.base(), "GET", path, &[], None, PATIENCE).await;
        assert_eq!(healed.unwrap().status, 200, "round {round}");
    }
}

/// A task that should have run meanwhile is late.
#[tokio::test]
async fn a_stuck_runtime_is_seen_in_its_delay() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    let late = async || {
        let metrics = server.scrape().await.unwrap();
        let name = "tokio_scheduling_delay_seconds";
        let in_time = metrics.figure(&format!("{name}_bucket{{le=\"0.5\"}}"));
        metrics.sum(&format!("{name}_count")) - in_time.unwrap()
    };
    let before = late().await;
    put(&server, "stuck?for=1s").await;
    until("a task is late", PATIENCE, async || {
        Ok(late().await > before)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn requests_fail_and_wait_as_ordered() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    put(&server, "errors?value=0.5").await;
    let mut failed = 0;
    for _ in 0..20 {
        let reply = get(server.base(), "/api/v1/status").await.unwrap();
        if reply.status == 500 {
            failed += 1;
            assert_eq!(reply.json().unwrap()["error"], "Internal server error");
        }
    }
    assert_eq!(failed, 10);
    assert_eq!(order(&server, "DELETE", "/faults").await.0, 200);
    put(&server, "latency?value=100ms").await;
    let since = Instant::now();
    assert_eq!(
        get(server.base(), "/api/v1/status").await.unwrap().status,
        200
    );
    assert!(since.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn memory_is_really_taken_and_given_back() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    let before = server.rss_bytes().unwrap();
    put(&server, "memory?value=100MiB").await;
    assert!(server.rss_bytes().unwrap() > before + 95 * 1024 * 1024);
    assert_eq!(order(&server, "DELETE", "/faults/memory").await.0, 200);
    assert!(server.rss_bytes().unwrap() < before + 20 * 1024 * 1024);
}

/// Lost for less than the grace nothing happens; then the service is not ready, but alive; it is back at once.
#[tokio::test]
async fn a_lost_database_fails_ready_only() {
    let postgres = Storage::postgres("a database that is lost on demand").unwrap();
    for storage in [Storage::sqlite().unwrap()].into_iter().chain(postgres) {
        let server = serve_at(storage.url(), storage.folder(), &ON).await;
        put(&server, "database?for=10m").await;
        let reply = get(server.base(), "/api/v1/states").await.unwrap();
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert_eq!(
            server.probe("ready").await.unwrap(),
            200,
            "there is a grace"
        );
        server.until_probe("ready", 503, PATIENCE).await.unwrap();
        assert_eq!(server.probe("live").await.unwrap(), 200);
        assert_eq!(order(&server, "DELETE", "/faults/database").await.0, 200);
        let seen = server.until_probe("ready", 200, PATIENCE).await.unwrap();
        assert!(seen < Duration::from_secs(2), "{seen:?}");
        let reply = get(server.base(), "/api/v1/states").await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

/// The watch looks once a second: several looks meet the slow database.
#[tokio::test]
async fn a_slow_database_changes_nothing_for_the_probes() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder, &ON).await;
    put(&server, "database_latency?value=1500ms").await;
    let since = Instant::now();
    for _ in 0..4 {
        assert_eq!(
            get(server.base(), "/api/v1/states").await.unwrap().status,
            200
        );
        assert_eq!(server.probe("ready").await.unwrap(), 200);
        assert_eq!(server.probe("live").await.unwrap(), 200);
    }
    assert!(since.elapsed() >= Duration::from_secs(6));
}

/// A runtime that runs nothing fails live after ten seconds. The admin listener still answers, and a stop is still heard.
#[tokio::test]
async fn a_stuck_runtime_fails_live() {
    let folder = TempDir::new().unwrap();
    // Else it would end.
    let envs = [ON[0], ("HBNB_WATCHDOG", "0")];
    let mut server = serve(&folder, &envs).await;
    put(&server, "stuck?for=10m").await;
    assert_eq!(server.probe("live").await.unwrap(), 200);
    let after = server.until_probe("live", 503, PATIENCE).await.unwrap();
    assert!(after > Duration::from_secs(8), "{after:?}");
    let scraped = get(server.admin(), "/metrics").await.unwrap();
    assert_eq!(scraped.status, 200);
    assert_eq!(order(&server, "DELETE", "/faults/stuck").await.0, 200);
    server.until_probe("live", 200, PATIENCE).await.unwrap();
    assert_eq!(
        get(server.base(), "/api/v1/status").await.unwrap().status,
        200
    );
    put(&server, "stuck?for=10m").await;
    server.terminate().unwrap();
    assert_eq!(server.wait(PATIENCE).await.unwrap().code(), Some(0));
}
