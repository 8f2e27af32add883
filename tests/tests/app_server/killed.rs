//! Workers that are killed, that are stuck, that take too much memory.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rig::http::{get, send};
use rig::process::{signal, stop};
use rig::{Cgroup, Clients, Master, Question, Site, Storage, announce, skipped, until};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::LIMIT;

const FAULTS: [(&str, &str); 2] = [("HBNB_FAULTS", "true"), ("HBNB_LOG_FORMAT", "json")];
/// So many that each of two slots has some.
const REQUESTS: u64 = 24;
/// Within this time a stuck worker has been replaced: 13 s at most until it is killed, and the start of another.
const REPLACED: Duration = Duration::from_secs(20);
/// Meanwhile nobody else waits much longer than without it.
const LONGER: Duration = Duration::from_millis(500);
/// Requests that are answered before something happens.
const BEFORE: usize = 300;

/// More than the watchdog below and what the master waits after it.
const FROZEN: Duration = Duration::from_secs(5);

/// Time in which nobody could do anything is not held against workers.
#[tokio::test]
async fn all_are_frozen_for_a_while() {
    let site = Site::start(&["--watchdog", "1s"]).await;
    let workers = site.master.pids().await.unwrap();
    let all = [&[site.master.server.pid()], &workers[..]].concat();
    for pid in &all {
        stop(*pid).await.unwrap();
    }
    sleep(FROZEN).await;
    for pid in &all {
        signal(&pid.to_string(), "CONT").unwrap();
    }
    site.master
        .until("it looks after its workers again", LIMIT, |status| {
            let silent = status.workers.iter().map(|worker| worker.silent_seconds);
            silent.flatten().all(|silent| silent < 1.0)
        })
        .await
        .unwrap();
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(
        status
            .workers
            .iter()
            .map(|worker| worker.pid)
            .collect::<Vec<_>>(),
        workers
    );
    assert_eq!(site.ended("stuck").await, 0.0);
}

/// What a killed worker was at is lost, and nothing else; the log has each of these requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_one_takes_its_requests_along() {
    let site = Site::start_with(&["--balance", "slots"], &FAULTS).await;
    site.fault("latency?value=6s").await;
    let mut asked = JoinSet::new();
    for number in 0..REQUESTS {
        let base = site.master.server.base().to_owned();
        asked.spawn(async move {
            let path = format!("/api/v1/states/{number}");
            let answer = get(&base, &path).await;
            (path, answer.is_ok())
        });
    }
    site.master
        .until("all are being answered", LIMIT, |status| {
            let all: u64 = status.workers.iter().map(|worker| worker.in_flight).sum();
            all == REQUESTS
        })
        .await
        .unwrap();
    let status = site.master.status().await.unwrap();
    let first = status.worker(1).unwrap();
    assert!(
        first.in_flight > 0 && first.in_flight < REQUESTS,
        "{status:?}"
    );
    signal(&first.pid.to_string(), "KILL").unwrap();
    let answers = asked.join_all().await;
    let lost = answers.into_iter().filter(|(_, is_answered)| !is_answered);
    let lost: BTreeSet<String> = lost.map(|(path, _)| path).collect();
    assert_eq!(lost.len() as u64, first.in_flight);
    let told = site.events("cut off by the end of its worker");
    for line in &told {
        assert_eq!(
            (&line["method"], &line["pid"]),
            (&"GET".into(), &first.pid.into())
        );
        let id = line["request_id"].as_str().unwrap();
        assert_eq!(id.len(), 36, "{line}");
        assert!(line["age_ms"].as_f64().unwrap() > 0.0, "{line}");
    }
    let told: Vec<&str> = told
        .iter()
        .map(|line| line["path"].as_str().unwrap())
        .collect();
    assert_eq!(told.len(), lost.len());
    assert_eq!(
        told.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
        lost
    );
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_ne!(status.worker(1).unwrap().pid, first.pid);
    assert_eq!(site.ended("signal").await, 1.0);
}

/// Its runtime runs no task.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_one_is_replaced() {
    replaced("stuck", async |site, _| {
        site.fault("stuck?worker=1&for=10m").await;
    })
    .await;
}

/// It cannot even end itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_one_is_replaced() {
    replaced("stopped", async |_, pid| {
        stop(pid).await.unwrap();
    })
    .await;
}

async fn replaced(what: &str, trouble: impl AsyncFnOnce(&Site, u32)) {
    let site = Site::start_with(&[], &FAULTS).await;
    let questions = [Question::get("/api/v1/status")];
    // One that nothing happens to tells how long others wait at the same time, on the same machine.
    let other = Site::start_with(&["--workers", "1"], &FAULTS).await;
    let usual = Clients::start_fresh(other.master.address(), &questions);
    usual.until_answered(BEFORE).await.unwrap();
    let status = site.master.status().await.unwrap();
    let before = status.worker(1).unwrap().pid;
    let since = Instant::now();
    trouble(&site, before).await;
    let visitors = Clients::start_fresh(site.master.address(), &questions);
    site.master
        .until("it is replaced", LIMIT, |status| {
            let worker = status.worker(1);
            worker.is_some_and(|worker| worker.pid != before && worker.state == "ready")
        })
        .await
        .unwrap();
    let took = since.elapsed();
    let (asked, usual) = (visitors.end().await, usual.end().await);
    announce(&format!(
        "a worker that is {what}: replaced after {took:?}; the slowest of {} took {:?}, of {} elsewhere {:?}",
        asked.answered, asked.slowest, usual.answered, usual.slowest
    ));
    assert!(took < REPLACED, "{took:?}");
    assert_eq!(asked.lost, Vec::<String>::new());
    assert!(asked.slowest < 3 * usual.slowest + LONGER, "{asked:?}");
    assert_eq!(site.ended("stuck").await, 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_takes_too_much_memory() {
    let group = match Cgroup::limited_to(192 << 20) {
        Ok(group) => group,
        Err(why) => return skipped("a worker that the kernel kills for its memory", &why),
    };
    let storage = Storage::sqlite().unwrap();
    let hbnb = rig::Binary::named("hbnb").unwrap();
    let args = [
        "serve",
        "--no-demo",
        "--workers",
        "2",
        "--database-url",
        storage.url(),
    ];
    let server = group.start(&hbnb, &args, &FAULTS, storage.folder()).await;
    let master = Master::of(server.unwrap(), storage.folder());
    let site = Site { master, storage };
    let before = site.master.until_settled(LIMIT).await.unwrap();
    // It does not live to answer.
    let path = "/faults/memory?value=1GiB&worker=1";
    let _ = send(site.master.server.admin(), "PUT", path, &[], None, LIMIT).await;
    until("its end is told", LIMIT, async || {
        Ok(site.ended("oom").await == 1.0)
    })
    .await
    .unwrap();
    let told = site.master.server.logs();
    assert!(
        told.contains(
            "was killed by the kernel, which wanted its memory: give the service more of it"
        ),
        "{told}"
    );
    let after = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(after.worker(2).unwrap().pid, before.worker(2).unwrap().pid);
    assert_ne!(after.worker(1).unwrap().pid, before.worker(1).unwrap().pid);
}
