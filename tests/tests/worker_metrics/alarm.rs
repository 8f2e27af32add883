//! The alerts on workers in a real Prometheus, with shorter times.

use rig::http::send;
use rig::rules::in_a_hurry;
use rig::{Prometheus, Scraper, until};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::PATIENCE;
use crate::stand::Stand;

/// A worker has one connection, and so many more may wait.
const ONE: &str = "watchdog = \"1s\"\nconnection_limit = 1";
const ROOM: u32 = 4;
/// More than there is room for.
const MANY: usize = 40;

/// Waits until all of the alerts fire, or none does; `meanwhile` is done again and again.
async fn until_they(
    prometheus: &Scraper,
    alerts: &[&str],
    fire: bool,
    mut meanwhile: impl AsyncFnMut(),
) {
    let what = format!("{alerts:?} fire: {fire}");
    until(&what, PATIENCE, async || {
        meanwhile().await;
        let mut as_wanted = true;
        for alert in alerts {
            as_wanted &= prometheus.fires(alert).await? == fire;
        }
        Ok(as_wanted)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn trouble_with_workers_is_told_and_its_end_too() {
    let Some(prometheus) = Prometheus::find("alerts on workers in a real Prometheus") else {
        return;
    };
    let rules = TempDir::new().unwrap();
    let stand = Stand::with_queue(ROOM, ONE).await;
    let config = in_a_hurry(rules.path(), "hbnb-site", stand.server.admin()).unwrap();
    let prometheus = prometheus.start(&config).await.unwrap();
    until("it is scraped", PATIENCE, async || {
        Ok(prometheus.ask("sum(worker_up)").await == Some(2.0))
    })
    .await
    .unwrap();
    let nothing = async || {};

    let queue = ["HbnbListenQueueFilling", "HbnbListenDrops"];
    let mut coming = JoinSet::new();
    let address = stand.server.base().trim_start_matches("http://");
    let come = async || {
        while coming.len() < MANY {
            coming.spawn(TcpStream::connect(address.to_owned()));
        }
    };
    until_they(&prometheus, &queue, true, come).await;
    coming.shutdown().await;
    until_they(&prometheus, &queue, false, nothing).await;

    stand.configure("worker = 3");
    assert!(!stand.run(&["reload", "--wait"]).await.status.success());
    until_they(&prometheus, &["HbnbReloadFailed"], true, nothing).await;
    stand.configure(ONE);
    assert!(stand.run(&["reload", "--wait"]).await.status.success());
    until_they(&prometheus, &["HbnbReloadFailed"], false, nothing).await;

    let (admin, path) = (stand.server.admin(), "/faults/stuck?worker=1&for=10m");
    let stuck = send(admin, "PUT", path, &[], None, PATIENCE).await.unwrap();
    assert_eq!(stuck.status, 200, "{}", stuck.text());
    until_they(&prometheus, &["HbnbWorkerStuck"], true, nothing).await;
    until_they(&prometheus, &["HbnbWorkerStuck"], false, nothing).await;

    let crash = async || stand.signal(1, "KILL").await;
    until_they(&prometheus, &["HbnbWorkerCrashLoop"], true, crash).await;
    until_they(&prometheus, &["HbnbWorkerCrashLoop"], false, nothing).await;
}
