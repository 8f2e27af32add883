//! Releases and configurations with which nothing can be served: what is there goes on, and says why.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use rig::master::Status;
use rig::process::{free_port, signal};
use rig::site::{Site, nothing_lost};
use rig::{Binary, Relay, Storage, Trouble};

use crate::LIMIT;
use crate::configured::Configured;

/// Who serves: the generation, the master's process and the workers'.
pub(crate) async fn serving(site: &Site) -> (u64, u32, Vec<u32>) {
    let status = site.master.until_settled(LIMIT).await.unwrap();
    let pids = status.workers.iter().map(|worker| worker.pid).collect();
    (status.generation, status.pid, pids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn releases() {
    let does = tempfile::NamedTempFile::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let envs = [
        ("RELEASE_TRUE", hbnb.path().to_str().unwrap()),
        ("RELEASE_DOES", does.path().to_str().unwrap()),
    ];
    let short = ["--start-timeout", "5s", "--database-wait", "500ms"];
    let (site, release) = Site::of_a_release(&short, &envs).await;
    let before = serving(&site).await;
    let visitors = site.visitors();
    let nothing = "the new program cannot";
    release.remove();
    let said = site.refused(&["upgrade"]).await;
    assert!(said.contains("cannot be opened: No such file"), "{said}");
    for (text, mode, why) in [
        ("#!/bin/sh\nexit 1\n", 0o755, nothing),
        ("#!/bin/true\n", 0o755, nothing),
        ("no program at all\n", 0o755, nothing),
        (
            "no program at all\n",
            0o644,
            "cannot be run: Permission denied",
        ),
        ("", 0o755, nothing),
    ] {
        release.replace_by_text(text, mode);
        let said = site.refused(&["upgrade"]).await;
        assert!(said.contains(why), "{text}: {said}");
        assert_eq!(serving(&site).await, before, "{text}");
    }
    for (what, why) in [
        ("leaves", "ended before it was ready, with exit code 3"),
        ("dies", "ended before it was ready, with signal 6"),
        ("sleeps", "was not ready within 5.5s: it says nothing"),
        (
            "says that it is ready",
            "is ready, but gave no answer within 5.5s",
        ),
    ] {
        fs::write(does.path(), what).unwrap();
        release.replace_by_program(Path::new(env!("CARGO_BIN_EXE_bad-release")));
        let said = site.refused(&["upgrade"]).await;
        assert!(said.contains(why), "{said}");
        let line = format!("this release is one that {what}");
        assert!(said.contains(&line), "{said}");
        assert_eq!(serving(&site).await, before, "{what}");
    }
    nothing_lost("bad releases", &visitors.end().await);
    // It is visited until it dies.
    fs::write(does.path(), "serves and dies").unwrap();
    let said = site.refused(&["upgrade"]).await;
    let why = "was ready, and ended soon after, with signal 9 (SIGKILL)";
    assert!(said.contains(why), "{said}");
    assert_eq!(serving(&site).await, before);
    let metrics = site.master.server.scrape().await.unwrap();
    let failed = metrics.figure("reloads_total{outcome=\"failed\"}");
    assert_eq!(failed, Some(11.0));
    // A good one is taken after all of them.
    release.replace();
    site.done(&["upgrade"]).await;
    assert!(release.is_run_by(before.1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configurations() {
    let configured = Configured::start().await;
    let (site, main) = (&configured.site, &configured.main);
    let before = serving(site).await;
    let visitors = site.visitors();
    let url = site.storage.url();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let both = format!("{main},{taken}");
    let nobody = format!("postgres://hbnb@127.0.0.1:{}/hbnb", free_port().unwrap());
    for (main, url, lines, whys) in [
        (main, url, "workrs = 3", &["workrs", "workers"][..]),
        (
            main,
            url,
            "workers = \"many\"",
            &["workers", "many", "from 1 to 1024, or auto"],
        ),
        (main, url, "max_age = \"old\"", &["max_age", "old"]),
        (main, url, "page_size", &["hbnb.toml"]),
        (&both, url, "", &[taken.as_str(), "in use"]),
        (
            main,
            nobody.as_str(),
            "",
            &["ended before it was ready", "database", "refused"],
        ),
        (
            main,
            "sqlite:/nowhere/hbnb.db",
            "",
            &["ended before it was ready", "/nowhere"],
        ),
        (
            main,
            url,
            "control_socket = \"other.sock\"",
            &["control_socket", "new start"],
        ),
    ] {
        configured.write(main, url, lines);
        let said = site.refused(&["reload", "--wait"]).await;
        for why in whys {
            assert!(said.contains(why), "{why} in: {said}");
        }
        let last = site.master.status().await.unwrap().last.unwrap();
        assert!(!last.done && said.contains(&last.message), "{last:?}");
        assert_eq!(serving(site).await, before, "{said}");
    }
    nothing_lost("bad configurations", &visitors.end().await);
    configured.write(main, url, "workers = 3");
    let said = site.done(&["reload", "--wait"]).await;
    assert!(
        said.contains("changed:") && said.contains("workers"),
        "{said}"
    );
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(status.workers.len(), 3);
}

/// A worker that ends while one of the next generation is still being tried is replaced at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_ends_during_a_trial() {
    let configured = Configured::start().await;
    let (site, main) = (&configured.site, &configured.main);
    let before = site.master.until_settled(LIMIT).await.unwrap();
    // Whoever connects there waits for an answer.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://hbnb@{}/hbnb", silent.local_addr().unwrap());
    configured.write(main, &url, "database_wait = \"5m\"");
    site.done(&["reload"]).await;
    let tried = |status: &Status| {
        let mut workers = status.workers.iter();
        workers
            .find(|worker| worker.generation == 2)
            .map(|worker| worker.pid)
    };
    let is_tried = |status: &Status| tried(status).is_some();
    site.master
        .until("one is tried", LIMIT, is_tried)
        .await
        .unwrap();
    let killed = before.worker(1).unwrap().pid;
    signal(&killed.to_string(), "KILL").unwrap();
    let mut trial = None;
    let stands_in = |status: &Status| {
        trial = tried(status);
        let mut workers = status.workers.iter();
        trial.is_some()
            && workers.any(|worker| {
                (worker.slot, worker.generation) == (1, 1)
                    && worker.pid != killed
                    && worker.state == "ready"
            })
    };
    site.master
        .until("another stands in", LIMIT, stands_in)
        .await
        .unwrap();
    signal(&trial.unwrap().to_string(), "KILL").unwrap();
    let has_failed = |status: &Status| status.last.as_ref().is_some_and(|last| !last.done);
    site.master
        .until("the reload has failed", LIMIT, has_failed)
        .await
        .unwrap();
    assert_eq!(serving(site).await.0, 1);
}

/// Its database is silent, and its clock long: a configuration with another one is taken at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_begins_holds_up_no_reload() {
    let what = "a reload while a worker waits for its database";
    let Some(storage) = Storage::postgres(what).unwrap() else {
        return;
    };
    let (before, after) = storage.url().split_once('@').unwrap();
    let (there, database) = after.split_once('/').unwrap();
    let mut relay = Relay::start(&format!("http://{there}")).await.unwrap();
    let here = relay.base().replace("http://", "");
    let configured = Configured::start().await;
    let (site, main) = (&configured.site, &configured.main);
    let slow = "database_wait = \"5m\"\nstart_timeout = \"10m\"";
    configured.write(main, &format!("{before}@{here}/{database}"), slow);
    site.done(&["reload", "--wait"]).await;
    relay.put(Trouble::Slow(LIMIT * 10)).await.unwrap();
    let ended = site.master.until_settled(LIMIT).await.unwrap();
    signal(&ended.worker(1).unwrap().pid.to_string(), "KILL").unwrap();
    let begins = |status: &Status| {
        let mut workers = status.workers.iter();
        workers.any(|worker| worker.slot == 1 && worker.state == "starting")
    };
    site.master
        .until("another one begins", LIMIT, begins)
        .await
        .unwrap();
    configured.write(main, storage.url(), slow);
    site.done(&["reload", "--wait"]).await;
    assert_eq!(serving(site).await.0, 3);
}
