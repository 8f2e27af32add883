//! What is told of a master while it runs, and what it is told.

use std::process::Stdio;

use rig::process::signal;
use rig::{Binary, Site, http};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::time::timeout;

use crate::LIMIT;

/// What a command of `hbnb` goes on to tell of a site, a line of JSON each.
struct Events {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Events {
    fn told_by(args: &[&str], site: &Site) -> Events {
        let hbnb = Binary::named("hbnb").unwrap();
        let command = hbnb.command(args, &[], site.storage.folder());
        let mut command = tokio::process::Command::from(command);
        let command = command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Events { child, lines }
    }

    async fn of(site: &Site) -> Events {
        let mut events = Events::told_by(&["events"], site);
        events.until(|event| event["event"] == "watching").await;
        events
    }

    /// The next event that is so.
    async fn until(&mut self, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let line = self.lines.next_line().await.unwrap().unwrap();
                let event: Value = serde_json::from_str(&line).unwrap();
                if is_so(&event) {
                    return event;
                }
            }
        };
        timeout(LIMIT, found).await.unwrap()
    }
}

fn worker<'a>(pid: u32, state: &'a str) -> impl FnMut(&Value) -> bool + 'a {
    move |event| event["pid"] == pid && event["state"] == state
}

/// `hbnb status --watch` tells again and again how it is.
#[tokio::test]
async fn a_live_view() {
    let site = Site::start(&[]).await;
    let mut told = Events::told_by(&["status", "--json", "--watch"], &site);
    let with = |workers: usize| move |status: &Value| status["workers_wanted"] == workers;
    told.until(with(2)).await;
    site.done(&["scale", "3"]).await;
    told.until(with(3)).await;
}

#[tokio::test]
async fn events() {
    let mut site = Site::start(&[]).await;
    let mut events = Events::of(&site).await;
    let before = site.master.pids().await.unwrap();
    site.done(&["recycle", "1"]).await;
    let next = events.until(|event| event["state"] == "starting").await;
    assert_eq!((&next["slot"], &next["generation"]), (&1.into(), &1.into()));
    let next = u32::try_from(next["pid"].as_u64().unwrap()).unwrap();
    events.until(worker(next, "ready")).await;
    events.until(worker(before[0], "draining")).await;
    let ended = events.until(worker(before[0], "ended")).await;
    assert_eq!(ended["cause"], "asked");

    signal(&before[1].to_string(), "KILL").unwrap();
    let ended = events.until(worker(before[1], "ended")).await;
    assert_eq!(ended["cause"], "signal");
    site.done(&["scale", "1"]).await;
    let scaled = events.until(|event| event["event"] == "scaled").await;
    assert_eq!(scaled["workers"], 1);
    site.done(&["reload", "--wait"]).await;
    let reloaded = events.until(|event| event["event"] == "reloaded").await;
    assert_eq!(reloaded["done"], true);

    // It goes on with the next program.
    site.done(&["upgrade"]).await;
    events.until(|event| event["event"] == "watching").await;
    site.done(&["drain"]).await;
    let drained = events.until(|event| event["event"] == "drained").await;
    assert_eq!(drained["is_drained"], true);
    site.done(&["stop"]).await;
    events.until(|event| event["event"] == "stopping").await;
    let ended = timeout(LIMIT, events.child.wait()).await.unwrap().unwrap();
    assert!(ended.success());
    site.master.server.wait(LIMIT).await.unwrap();
}

/// The workers of before come back when one that has taken over dies while the others are still at it.
#[tokio::test]
async fn a_new_worker_dies_while_others_take_over() {
    let site = Site::start(&["--workers", "8"]).await;
    let mut events = Events::of(&site).await;
    let first = site.master.status().await.unwrap();
    let first = first.worker(1).unwrap().pid;
    let kill = async {
        let ready = |event: &Value| event["generation"] == 2 && event["state"] == "ready";
        let next = events.until(ready).await;
        // It has taken over.
        events.until(worker(first, "draining")).await;
        signal(&next["pid"].to_string(), "KILL").unwrap();
    };
    let (said, ()) = tokio::join!(site.refused(&["reload", "--wait"]), kill);
    let why = "worker 1 of generation 2 had taken over, and ended with signal 9 (SIGKILL)";
    assert!(said.contains(why), "{said}");
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!((status.generation, status.workers.len()), (1, 8));
}

#[tokio::test]
async fn drained_it_serves_and_is_not_ready() {
    let site = Site::start(&[]).await;
    let server = &site.master.server;
    site.done(&["drain"]).await;
    let not_ready = async || {
        let told = http::get(server.admin(), "/healthz/ready").await.unwrap();
        assert_eq!(told.status, 503);
        let why = "not ready: drained: on purpose: hbnb drain --off ends it";
        assert!(told.text().contains(why), "{}", told.text());
        let served = http::get(server.base(), "/api/v1/status").await.unwrap();
        assert_eq!(served.status, 200);
    };
    not_ready().await;
    site.done(&["reload", "--wait"]).await;
    site.done(&["upgrade"]).await;
    not_ready().await;
    let status: Value = serde_json::from_str(&site.done(&["status", "--json"]).await).unwrap();
    assert_eq!(status["ready"], false);
    site.done(&["drain", "--off"]).await;
    assert_eq!(server.probe("ready").await.unwrap(), 200);
}

#[tokio::test]
async fn the_log_of_all() {
    let site = Site::start(&["--log", "warn"]).await;
    assert_eq!(site.done(&["log"]).await.trim(), "warn");
    let said = site
        .done(&["log", "hbnb=info,http=info", "--for", "5m"])
        .await;
    assert!(said.contains("for 5m"), "{said}");
    let server = &site.master.server;
    // A worker tells of a request, and the master of a worker.
    let path = "/api/v1/status?of=a+worker";
    http::get(server.base(), path).await.unwrap();
    server.until_says("/api/v1/status", LIMIT).await.unwrap();
    site.done(&["recycle", "1"]).await;
    server
        .until_says("worker 1 of generation 1 is ready", LIMIT)
        .await
        .unwrap();
    let said = site.refused(&["log", "loud"]).await;
    assert!(said.contains("filter: "), "{said}");
    let said = site.refused(&["log", "debug", "--for", "3d"]).await;
    assert!(
        said.contains("for: give a time up to 24h, such as 10m"),
        "{said}"
    );
    assert_eq!(site.done(&["log", "--off"]).await.trim(), "warn");
}
