//! A process that is stuck ends itself; one that is slow, busy, stopped or on its way out does not.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use rig::http::{get, send};
use rig::process::{end, free_port, stop};
use rig::{Binary, Server, start_api, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(200);
/// Longer than the patience of the watchdogs that are set to 1 s.
const PAUSE: Duration = Duration::from_secs(2);
/// As the README says.
const STUCK: Option<i32> = Some(70);
const LINE: &str = "stuck: no task has been run for so long, the process ends";

/// A service with faults allowed, and a watchdog that bites after so long.
async fn start(name: &str, folder: &TempDir, watchdog: &str) -> Server {
    let args = ["--watchdog", watchdog];
    let envs = [("HBNB_FAULTS", "true"), ("HBNB_LOG_FORMAT", "json")];
    let started = match name {
        "hbnb-api" => {
            let url = format!("sqlite:{}", folder.path().join("hbnb.db").display());
            start_api(&url, &args, &envs, folder.path()).await
        }
        name => {
            let binary = Binary::named(name).unwrap();
            Server::start(&binary, &args, &envs, folder.path()).await
        }
    };
    started.unwrap()
}

async fn put(server: &Server, fault: &str) {
    let path = format!("/faults/{fault}");
    let reply = send(server.admin(), "PUT", &path, &[], None, PATIENCE);
    let reply = reply.await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// Asserts that it answers and has not said that it is stuck.
async fn assert_well(server: &Server) {
    let reply = get(server.base(), "/api/v1/status").await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(!server.logs().contains(LINE), "{}", server.logs());
}

#[tokio::test]
async fn a_stuck_process_ends_itself() {
    for (name, watchdog, silent) in [("hbnb-api", "10s", 10), ("hbnb-assets", "2s", 2)] {
        let folder = TempDir::new().unwrap();
        let mut server = start(name, &folder, watchdog).await;
        put(&server, "stuck?for=10m").await;
        let since = Instant::now();
        assert_eq!(server.wait(PATIENCE).await.unwrap().code(), STUCK);
        let took = since.elapsed().as_secs_f64();
        let wanted = f64::from(silent);
        assert!((wanted - 1.0..wanted + 3.0).contains(&took), "{took}");
        let logs = server.logs();
        let lines: Vec<&str> = logs.lines().filter(|line| line.contains(LINE)).collect();
        let [line] = lines[..] else {
            panic!("{name} said: {logs}");
        };
        for part in [
            r#""level":"ERROR""#,
            &format!(r#""silent_s":{wanted:?}"#),
            r#""code":70"#,
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

/// Nobody reads its log, so that first its threads are stuck in that, and then its last words.
#[tokio::test]
async fn a_process_that_cannot_say_so_ends_too() {
    let folder = TempDir::new().unwrap();
    let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
    let args = ["--watchdog", "1s", "--bind", &main, "--admin-bind", &admin];
    let binary = Binary::named("hbnb-assets").unwrap();
    let mut command = binary.command(&args, &[], folder.path());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let base = format!("http://{main}");
    let ended = until("it has ended", PATIENCE, async || {
        // Each is a line of the log. The first come before it listens, the last have no answer.
        let _ = send(&base, "GET", "/static/none", &[], None, SOON).await;
        Ok(child.try_wait()?.is_some())
    });
    let ended = ended.await;
    end(&mut child);
    ended.unwrap();
    assert_eq!(child.wait().unwrap().code(), STUCK);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let folder = TempDir::new().unwrap();
    let server = start("hbnb-api", &folder, "0").await;
    put(&server, "stuck?for=10m").await;
    server.until_probe("live", 503, PATIENCE).await.unwrap();
    let path = "/faults/stuck";
    let healed = send(server.admin(), "DELETE", path, &[], None, PATIENCE);
    assert_eq!(healed.await.unwrap().status, 200);
    assert_well(&server).await;
}

/// Stopped as a whole, it has not been stuck, however long that was: the pause is longer than the watchdog's patience.
#[tokio::test]
async fn a_stopped_process_goes_on() {
    let folder = TempDir::new().unwrap();
    let server = start("hbnb-api", &folder, "1s").await;
    for _ in 0..3 {
        stop(server.pid()).await.unwrap();
        let asked = send(server.base(), "GET", "/api/v1/status", &[], None, PAUSE).await;
        assert!(asked.is_err(), "a stopped process answered");
        server.signal("CONT").unwrap();
        assert_well(&server).await;
    }
}

/// One that has been stuck for a shorter time goes on, too.
#[tokio::test]
async fn a_short_trouble_passes() {
    let folder = TempDir::new().unwrap();
    let server = start("hbnb-api", &folder, "3s").await;
    put(&server, "stuck?for=1s").await;
    assert_well(&server).await;
}

/// A drain that takes longer than the watchdog's patience, because a request does.
#[tokio::test]
async fn a_drain_takes_its_time() {
    let folder = TempDir::new().unwrap();
    let mut server = start("hbnb-api", &folder, "1s").await;
    put(&server, "latency?value=3s").await;
    let base = server.base().to_owned();
    let asked = tokio::spawn(async move { get(&base, "/api/v1/status").await });
    until("the request is there", PATIENCE, async || {
        let metrics = server.scrape().await?;
        Ok(metrics.sum("http_requests_in_flight") > 0.0)
    })
    .await
    .unwrap();
    server.terminate().unwrap();
    assert_eq!(asked.await.unwrap().unwrap().status, 200);
    assert_eq!(server.wait(PATIENCE).await.unwrap().code(), Some(0));
    assert!(!server.logs().contains(LINE), "{}", server.logs());
}
