//! The signals that a master obeys, and those that its workers do.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rig::http::get;
use rig::process::{is_alive, signal};
use rig::site::{Site, nothing_lost};
use rig::{Binary, Half, Server, Storage, skipped, until};
use serde_json::Value;

use crate::LIMIT;

/// Waits for the end of a master; none of its workers may be left.
async fn ended(site: &mut Site, workers: &[u32]) -> Option<i32> {
    let status = site.master.server.wait(LIMIT).await.unwrap();
    assert!(
        !workers.iter().any(|pid| is_alive(*pid)),
        "a worker is left"
    );
    status.code()
}

/// What is half there is answered; the end is a good one.
#[tokio::test]
async fn term_drains() {
    let mut site = Site::start(&[]).await;
    let workers = site.master.pids().await.unwrap();
    let half = Half::begin(site.master.server.base()).await.unwrap();
    site.master.server.signal("TERM").unwrap();
    site.master
        .server
        .until_says("asked to stop", LIMIT)
        .await
        .unwrap();
    let answer = half.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert_eq!(ended(&mut site, &workers).await, Some(0));
    assert!(
        !site.master.control().exists(),
        "the control socket is left"
    );
}

/// One that somebody else tells to leave has a successor while it finishes.
#[tokio::test]
async fn term_to_the_only_worker() {
    let site = Site::start(&["--workers", "1"]).await;
    let before = site.master.pids().await.unwrap();
    let half = Half::begin(site.master.server.base()).await.unwrap();
    signal(&before[0].to_string(), "TERM").unwrap();
    let has_successor = |status: &rig::master::Status| {
        let states = status.workers.iter().map(|worker| worker.state.as_str());
        states.eq(["draining", "ready"])
    };
    site.master
        .until("it leaves, and another serves", LIMIT, has_successor)
        .await
        .unwrap();
    let answer = half.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_ne!(status.workers[0].pid, before[0]);
}

/// INT does the same, but does not wait for connections that do nothing.
#[tokio::test]
async fn int_does_not_linger() {
    for (name, lingers) in [("TERM", true), ("INT", false)] {
        let mut site = Site::start(&["--drain-linger", "4s"]).await;
        let workers = site.master.pids().await.unwrap();
        let mut idle = tokio::net::TcpStream::connect(site.master.address())
            .await
            .unwrap();
        crate::scale::ask(&mut idle).await;
        let since = Instant::now();
        site.master.server.signal(name).unwrap();
        assert_eq!(ended(&mut site, &workers).await, Some(0), "{name}");
        let took = since.elapsed();
        assert_eq!(took >= Duration::from_secs(4), lingers, "{name}: {took:?}");
    }
}

/// A second order has no patience, and QUIT has none at first.
#[tokio::test]
async fn the_hard_ends() {
    for names in [
        &["TERM", "TERM"][..],
        &["INT", "INT"],
        &["TERM", "INT"],
        &["QUIT"],
    ] {
        let mut site = Site::start(&["--drain-deadline", "10m"]).await;
        let workers = site.master.pids().await.unwrap();
        let half = Half::begin(site.master.server.base()).await.unwrap();
        for (number, name) in names.iter().enumerate() {
            site.master.server.signal(name).unwrap();
            if number == 0 {
                site.master
                    .server
                    .until_says("asked to stop", LIMIT)
                    .await
                    .unwrap();
            }
        }
        assert_eq!(ended(&mut site, &workers).await, Some(1), "{names:?}");
        let answer = half.finish().await.unwrap_or_default();
        assert_eq!(answer, "", "{names:?}");
    }
}

/// What means nothing to it does not end it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_do_nothing() {
    let site = Site::start(&[]).await;
    let visitors = site.visitors();
    let before = site.master.pids().await.unwrap();
    for name in ["WINCH", "ABRT", "USR1", "PIPE"] {
        site.master.server.signal(name).unwrap();
        visitors.until_answered(20).await.unwrap();
    }
    site.master
        .server
        .until_says("SIGABRT is for workers", LIMIT)
        .await
        .unwrap();
    assert_eq!(site.master.pids().await.unwrap(), before);
    nothing_lost("other signals", &visitors.end().await);
}

/// A worker leaves when it is told to, and another takes its place; what is not for it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_workers() {
    let site = Site::start(&[]).await;
    for name in ["HUP", "USR1", "USR2", "WINCH"] {
        let before = site.master.pids().await.unwrap();
        signal(&before[0].to_string(), name).unwrap();
        // By then it has been obeyed.
        let visitors = site.visitors();
        visitors.until_answered(100).await.unwrap();
        nothing_lost(name, &visitors.end().await);
        assert_eq!(site.master.pids().await.unwrap(), before, "{name}");
    }
    let visitors = site.visitors();
    for name in ["TERM", "TERM"] {
        let before = site.master.until_settled(LIMIT).await.unwrap();
        let pid = before.worker(1).unwrap().pid;
        visitors.until_answered(50).await.unwrap();
        signal(&pid.to_string(), name).unwrap();
        until_replaced(&site, pid).await;
    }
    nothing_lost("workers that are told to leave", &visitors.end().await);
}

/// What a worker was answering is in the log, whatever ended it at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_is_cut_off() {
    let site = Site::start_with(&["--workers", "1"], &[("HBNB_LOG_FORMAT", "json")]).await;
    for (number, name) in ["QUIT", "INT", "ABRT"].into_iter().enumerate() {
        let half = Half::begin(site.master.server.base()).await.unwrap();
        let pid = site.master.pids().await.unwrap()[0];
        let since = Instant::now();
        signal(&pid.to_string(), name).unwrap();
        until_replaced(&site, pid).await;
        assert!(since.elapsed() < Duration::from_secs(10), "{name}");
        assert_eq!(half.finish().await.unwrap_or_default(), "", "{name}");
        // By the worker itself where it can, else by its master.
        until("it is told", LIMIT, async || {
            let logs = site.master.server.logs();
            let lines = logs
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let told = lines
                .filter(|line| line["path"] == "/api/v1/states" && line["aborted"] == true)
                .count();
            assert!(told <= number + 1, "{name}: {logs}");
            Ok(told == number + 1)
        })
        .await
        .unwrap();
    }
}

async fn until_replaced(site: &Site, pid: u32) {
    site.master
        .until("it is replaced", LIMIT, |status| {
            status.is_settled() && status.workers.iter().all(|worker| worker.pid != pid)
        })
        .await
        .unwrap();
}

/// Files of logs that are moved away under load: each line is whole, and none is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_reopened() {
    let storage = Storage::sqlite().unwrap();
    let file = |name: &str| storage.folder().join(name).to_str().unwrap().to_owned();
    let (access, error) = (file("access.log"), file("error.log"));
    let args = ["--access-log", &access, "--error-log", &error];
    let mut site = Site::on(storage, &args, &[("HBNB_LOG_FORMAT", "json")]).await;
    let visitors = site.visitors();
    for turn in 0..3 {
        visitors.until_answered(200).await.unwrap();
        for path in [&access, &error] {
            fs::rename(path, format!("{path}.{turn}")).unwrap();
        }
        site.master.server.signal("USR1").unwrap();
        until("there are new files", LIMIT, async || {
            Ok([&access, &error]
                .iter()
                .all(|path| Path::new(path).exists()))
        })
        .await
        .unwrap();
    }
    let asked = visitors.end().await;
    nothing_lost("files that are moved away", &asked);
    site.master.server.terminate().unwrap();
    assert_eq!(
        site.master.server.wait(LIMIT).await.unwrap().code(),
        Some(0)
    );
    let all = |path: &str| -> Vec<Value> {
        let files = (0..3)
            .map(|turn| format!("{path}.{turn}"))
            .chain([path.to_owned()]);
        let texts = files.map(|file| fs::read_to_string(file).unwrap());
        let whole = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        texts
            .flat_map(|text| text.lines().map(whole).collect::<Vec<_>>())
            .collect()
    };
    let visits = all(&access);
    let visits = visits.iter().filter(|line| line["peer"] != "unix");
    assert_eq!(visits.count(), asked.answered);
    let told = all(&error);
    assert!(
        told.iter().any(|line| line["message"] == "stopped"),
        "{told:?}"
    );
}

/// As the first process of a container it takes the ends of strangers too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_the_first_process() {
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let unshare = Binary::at("/usr/bin/unshare");
    let tried = ["--pid", "--fork", "--mount-proc", "true"];
    let tried = unshare.command(&tried, &[], storage.folder()).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        return skipped(
            "a master with the process number 1",
            "no namespace can be made",
        );
    }
    // A stranger whose parent has gone: it becomes a child of the first process.
    let script = r#"(sleep 0.5 &); exec "$0" "$@""#;
    let own = [
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "/bin/sh",
        "-c",
        script,
    ];
    let serve = [
        hbnb.path().to_str().unwrap(),
        "serve",
        "--no-demo",
        "--workers",
        "2",
    ];
    let rest = ["--database-url", storage.url()];
    let args = [&own[..], &serve, &rest].concat();
    let envs = [("HBNB_LOG", "info,hbnb=debug")];
    let server = Server::start(&unshare, &args, &envs, storage.folder())
        .await
        .unwrap();
    server
        .until_says("a stranger's end was taken", LIMIT)
        .await
        .unwrap();
    assert_eq!(
        get(server.base(), "/api/v1/status").await.unwrap().status,
        200
    );
    let master = rig::Master::of(server, storage.folder());
    let status = master.until_settled(LIMIT).await.unwrap();
    assert_eq!(status.pid, 1);
    let ran = master.hbnb(&["stop"]).await.unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.said);
}
