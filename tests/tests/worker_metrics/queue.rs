//! Connections that wait to be accepted.

use std::os::unix::net::UnixStream;

use rig::{Metrics, until};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::stand::{SLOTS, Stand};
use crate::{PATIENCE, SILENCE, each};

/// A worker that is stopped is not to be taken for a stuck one.
const PATIENT: &str = "watchdog = \"0\"";
/// The room in a short queue, and more than it has room for.
const ROOM: u32 = 2;
const MANY: usize = 10;

async fn signal_all(stand: &Stand, name: &str) {
    for slot in SLOTS {
        stand.signal(slot, name).await;
    }
}

/// Waits until a scrape is as wanted. While workers are stopped it takes the time that the master gives them to answer.
async fn until_told(stand: &Stand, what: &str, is_so: impl Fn(&Metrics) -> bool) {
    let scrape = async || Ok(is_so(&stand.server.scrape().await?));
    until(what, PATIENCE, scrape).await.unwrap();
}

fn at(metrics: &Metrics, name: &str, address: &str) -> Option<f64> {
    metrics.figure(&format!("{name}{{address=\"{address}\"}}"))
}

#[tokio::test]
async fn who_waits_for_workers_that_stand_still_is_seen() {
    let stand = Stand::with_unix(PATIENT).await;
    let (tcp, unix) = (stand.server.base(), &stand.unix());
    let lengths =
        |metrics: &Metrics| [tcp, unix].map(|at_it| at(metrics, "listen_queue_length", at_it));
    let metrics = stand.server.scrape().await.unwrap();
    assert_eq!(lengths(&metrics), [Some(0.0); 2]);
    for address in [tcp, unix] {
        let limit = at(&metrics, "listen_queue_limit", address);
        assert!(limit > Some(0.0), "{address}: {limit:?}");
    }

    signal_all(&stand, "STOP").await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let connected = TcpStream::connect(tcp.trim_start_matches("http://"));
        waiting.push(connected.await.unwrap());
    }
    let path = unix.trim_start_matches("unix:");
    let _waiting = [(); 2].map(|()| UnixStream::connect(path).unwrap());
    until_told(&stand, "three and two wait", |metrics| {
        lengths(metrics) == [Some(3.0), Some(2.0)]
    })
    .await;
    until_told(&stand, "both are silent", |metrics| {
        let silent = each(metrics, "worker_silent_seconds");
        silent.iter().all(|time| *time > Some(SILENCE))
    })
    .await;

    signal_all(&stand, "CONT").await;
    until_told(&stand, "nobody waits", |metrics| {
        lengths(metrics) == [Some(0.0); 2]
    })
    .await;
    until_told(&stand, "none is silent", |metrics| {
        let silent = each(metrics, "worker_silent_seconds");
        silent.iter().all(|time| *time < Some(SILENCE))
    })
    .await;
}

#[tokio::test]
async fn who_finds_no_room_is_counted() {
    let stand = Stand::with_queue(ROOM, PATIENT).await;
    let base = stand.server.base();
    let metrics = stand.server.scrape().await.unwrap();
    let before = metrics.figure("listen_drops_total").unwrap();
    assert_eq!(
        at(&metrics, "listen_queue_limit", base),
        Some(f64::from(ROOM))
    );
    signal_all(&stand, "STOP").await;
    let mut coming = JoinSet::new();
    for _ in 0..MANY {
        coming.spawn(TcpStream::connect(
            base.trim_start_matches("http://").to_owned(),
        ));
    }
    until_told(
        &stand,
        "the queue is full, and others are dropped",
        |metrics| {
            let length = at(metrics, "listen_queue_length", base);
            length >= Some(f64::from(ROOM)) && metrics.figure("listen_drops_total") > Some(before)
        },
    )
    .await;
}
