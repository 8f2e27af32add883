//! Options that change while the workers run.

use rig::http::get;
use rig::master::Status;
use rig::process::signal;
use rig::{Half, until};

use crate::LIMIT;
use crate::bad::serving;
use crate::configured::Configured;

/// One request at a time: it is under way, and others are turned away.
async fn turns_others_away(configured: &Configured) -> bool {
    let base = configured.site.master.server.base();
    let half = Half::begin(base).await.unwrap();
    let status = get(base, "/api/v1/status").await.unwrap().status;
    drop(half);
    let is_idle = |status: &Status| status.workers.iter().all(|worker| worker.in_flight == 0);
    let idle = configured.site.master.until("it is idle", LIMIT, is_idle);
    idle.await.unwrap();
    status == 503
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_the_log() {
    let configured = Configured::start_with(1).await;
    let (site, main) = (&configured.site, &configured.main);
    let url = site.storage.url();
    let before = serving(site).await;
    assert!(!turns_others_away(&configured).await);
    let lines = "workers = 1\nrequest_limit = 1\nlog = \"warn\"";
    configured.write(main, url, lines);
    let said = site.done(&["reload", "--wait"]).await;
    let wanted = "changed while the workers run: log, request_limit";
    assert!(said.contains(wanted), "{said}");
    assert_eq!(serving(site).await, before);
    assert!(turns_others_away(&configured).await);
    let log = site.done(&["log"]).await;
    assert!(log.contains("warn"), "{log}");
    // One that begins now begins so.
    signal(&before.2[0].to_string(), "KILL").unwrap();
    let is_another = async || Ok(site.master.pids().await? != before.2);
    until("it is replaced", LIMIT, is_another).await.unwrap();
    let after = serving(site).await;
    assert_eq!((after.0, after.1), (before.0, before.1));
    assert!(turns_others_away(&configured).await);
    configured.write(main, url, "workers = 1");
    site.done(&["reload", "--wait"]).await;
    assert_eq!(serving(site).await, after);
    assert!(!turns_others_away(&configured).await);
}
