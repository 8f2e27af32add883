//! What the master of `hbnb serve` tells its supervisor: of its first worker, of reloads, of its end; and that it lives.

use super::PATIENCE;
use rig::process::signal;
use rig::{Master, Notify, Storage, until};
use std::time::Duration;

const GIVEN_MICROS: &str = "1500000";
const BEAT: &str = "WATCHDOG=1";

async fn start(notify: &Notify, storage: &Storage, envs: &[(&str, &str)]) -> Master {
    let envs = [&[notify.env()], envs].concat();
    let args = ["--workers", "2"];
    Master::start(storage, &args, &envs).await.unwrap()
}

#[tokio::test]
async fn a_life() {
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let mut master = start(&notify, &storage, &[]).await;
    let ready = notify.until("READY=1", PATIENCE).await.unwrap();
    master.until_settled(PATIENCE).await.unwrap();
    assert_eq!(notify.count("RELOADING=1"), 0);
    // A reload is told of by its beginning, with the time that systemd asks for, and by READY at its end.
    let before = notify.count("READY=1");
    let ran = master.hbnb(&["reload", "--wait"]).await.unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    until("the end of the reload is told", PATIENCE, async || {
        Ok(notify.count("READY=1") > before)
    })
    .await
    .unwrap();
    let begun = notify.until("RELOADING=1", PATIENCE).await.unwrap();
    assert!(begun > ready);
    let times = notify.values("MONOTONIC_USEC");
    assert!(
        times.len() == 1 && times[0].parse::<u64>().unwrap() > 0,
        "{times:?}"
    );
    let told = notify.lines();
    let at = |line: &str| told.iter().rposition(|told| told == line).unwrap();
    assert!(at("RELOADING=1") < at("READY=1"), "{told:?}");
    let says = "2 workers, generation 2".to_owned();
    assert_eq!(notify.values("STATUS").last(), Some(&says));
    // So is each change of the number of workers.
    let before = notify.count("READY=1");
    for name in ["TTIN", "TTOU"] {
        master.server.signal(name).unwrap();
    }
    until("each change is told", PATIENCE, async || {
        Ok(notify.count("READY=1") >= before + 2)
    })
    .await
    .unwrap();
    assert_eq!(notify.count("STOPPING=1"), 0);
    master.server.terminate().unwrap();
    notify.until("STOPPING=1", PATIENCE).await.unwrap();
    assert_eq!(master.server.wait(PATIENCE).await.unwrap().code(), Some(0));
    // One datagram each, by the master alone: workers speak to their master.
    assert_eq!(notify.count("STOPPING=1"), 1, "{:?}", notify.lines());
    assert_eq!(notify.count(BEAT), 0, "nobody asked for signs of life");
}

/// A worker that is stuck is the master's care: it lives on itself, and its signs of life do too.
#[tokio::test]
async fn signs_of_life() {
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let envs = [("WATCHDOG_USEC", GIVEN_MICROS)];
    let master = start(&notify, &storage, &envs).await;
    let worker = master.pids().await.unwrap()[0];
    signal(&worker.to_string(), "STOP").unwrap();
    let before = notify.count(BEAT);
    until("it tells of its life", PATIENCE, async || {
        Ok(notify.count(BEAT) >= before + 4)
    })
    .await
    .unwrap();
    let beats: Vec<_> = notify
        .told()
        .into_iter()
        .filter(|told| told.line == BEAT)
        .collect();
    let given = Duration::from_micros(GIVEN_MICROS.parse().unwrap());
    for pair in beats.windows(2) {
        assert!(pair[1].at - pair[0].at < given, "{beats:?}");
    }
    signal(&worker.to_string(), "KILL").unwrap();
}
