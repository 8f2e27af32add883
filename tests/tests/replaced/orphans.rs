//! The master is killed, which it cannot help: its workers finish what they are at, and leave.

use rig::http::get;
use rig::process::is_alive;
use rig::site::{Site, nothing_lost, questions};
use rig::{Clients, Holder, Master, until};
use tokio::task::JoinSet;

use crate::{LIMIT, sized};

const REQUESTS: usize = 8;
/// Kills, and requests that are answered before each.
const LIGHT: (usize, usize) = (2, 300);
const HEAVY: (usize, usize) = (10, 3_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_finish_and_leave() {
    let mut site = Site::start_with(&[], &[("HBNB_FAULTS", "true")]).await;
    let workers = site.master.pids().await.unwrap();
    site.fault("latency?value=2s").await;
    let mut asked = JoinSet::new();
    for _ in 0..REQUESTS {
        let base = site.master.server.base().to_owned();
        asked.spawn(async move { get(&base, "/api/v1/states").await.unwrap().status });
    }
    site.master
        .until("all are being answered", LIMIT, |status| {
            let all: u64 = status.workers.iter().map(|worker| worker.in_flight).sum();
            all == REQUESTS as u64
        })
        .await
        .unwrap();
    site.master.server.kill();
    let statuses = asked.join_all().await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    until_gone(&workers).await;
}

async fn until_gone(pids: &[u32]) {
    until("no worker is left", LIMIT, async || {
        Ok(!pids.iter().any(|pid| is_alive(*pid)))
    })
    .await
    .unwrap();
}

/// A master on the socket, settled.
async fn serve(holder: &Holder) -> Master {
    let server = holder.serve(&["--workers", "2"]).await.unwrap();
    let master = Master::of(server, holder.storage.folder());
    master.until_settled(LIMIT).await.unwrap();
    master
}

/// Nobody is refused while one master is gone and the next is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_socket_outlives_the_master() {
    let (turns, each) = sized(LIGHT, HEAVY);
    let holder = Holder::new().unwrap();
    let mut master = serve(&holder).await;
    let visitors = Clients::start(holder.address(), &questions());
    for _ in 0..turns {
        visitors.until_answered(each).await.unwrap();
        let workers = master.pids().await.unwrap();
        master.server.kill();
        // The control socket that the killed one has left is in nobody's way.
        master = serve(&holder).await;
        until_gone(&workers).await;
    }
    visitors.until_answered(each).await.unwrap();
    nothing_lost(&format!("{turns} killed masters"), &visitors.end().await);
}
