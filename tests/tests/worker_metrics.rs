//! What a master tells of its workers and of its sockets, and the alerts on that.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "worker_metrics/alarm.rs"]
mod alarm;
#[path = "worker_metrics/queue.rs"]
mod queue;
#[path = "worker_metrics/stand.rs"]
mod stand;

use std::collections::BTreeMap;
use std::time::Duration;

use rig::http::get;
use rig::{Metrics, until};

use stand::{SLOTS, Stand};

const PATIENCE: Duration = Duration::from_secs(60);
const REQUESTS: u32 = 30;
const ANSWERED: &str = r#"http_requests_total{method="GET",route="/api/v1/states",status="2xx"}"#;
/// Longer than a worker that lives is ever silent, in seconds.
const SILENCE: f64 = 5.0;

/// A metric of each worker, by slot.
fn each(metrics: &Metrics, name: &str) -> Vec<Option<f64>> {
    let figure = |slot: &u32| {
        let wanted = format!("{name}{{worker=\"{slot}\"}}");
        let mut all = metrics.series();
        all.find_map(|(series, figure)| (series == wanted).then_some(figure))
    };
    SLOTS.iter().map(figure).collect()
}

async fn until_each(stand: &Stand, name: &str, figure: f64) {
    let what = format!("{name} of each worker is {figure}");
    until(&what, PATIENCE, async || {
        let metrics = stand.server.scrape().await?;
        Ok(each(&metrics, name) == [Some(figure); 2])
    })
    .await
    .unwrap();
}

fn counters(metrics: &Metrics) -> BTreeMap<String, f64> {
    let ends = ["_total", "_bucket", "_sum", "_count"];
    let counts = |series: &str| {
        let name = series.split('{').next().unwrap_or_default();
        ends.iter().any(|end| name.ends_with(end))
    };
    let own = metrics.series().filter(|(series, _)| counts(series));
    own.map(|(series, figure)| (series.to_owned(), figure))
        .collect()
}

/// Asserts that no counter has fallen since, nor is gone.
async fn assert_none_fell(stand: &Stand, before: &mut BTreeMap<String, f64>, what: &str) {
    let after = counters(&stand.server.scrape().await.unwrap());
    for (series, figure) in &*before {
        let now = after.get(series).copied().unwrap_or_default();
        assert!(now >= *figure, "after {what}, {series}: {figure} and {now}");
    }
    *before = after;
}

#[tokio::test]
async fn workers_are_told_as_one_and_each_for_itself() {
    let stand = Stand::start("").await;
    for _ in 0..REQUESTS {
        let answer = get(stand.server.base(), "/api/v1/states").await.unwrap();
        assert_eq!(answer.status, 200);
    }
    let metrics = stand.server.scrape().await.unwrap();
    assert_eq!(metrics.figure(ANSWERED), Some(f64::from(REQUESTS)));
    assert_eq!(metrics.figure("workers_wanted"), Some(2.0));
    assert_eq!(metrics.figure("workers{state=\"ready\"}"), Some(2.0));
    assert_eq!(metrics.figure("worker_generation_wanted"), Some(1.0));
    assert_eq!(metrics.figure("reload_last_successful"), Some(1.0));
    for (name, wanted) in [
        ("worker_up", 1.0),
        ("worker_generation", 1.0),
        ("worker_requests_in_flight", 0.0),
        ("worker_pause_seconds", 0.0),
        ("tokio_workers", 1.0),
    ] {
        assert_eq!(each(&metrics, name), [Some(wanted); 2], "{name}");
    }
    let silent = each(&metrics, "worker_silent_seconds");
    assert!(
        silent.iter().all(|time| time.unwrap() < SILENCE),
        "{silent:?}"
    );
    let memory = each(&metrics, "process_resident_memory_bytes");
    assert!(
        memory.iter().all(|bytes| bytes.unwrap() > 0.0),
        "{memory:?}"
    );
    for cause in ["asked", "exit", "signal", "oom", "stuck", "start", "drain"] {
        let series = format!("worker_ends_total{{cause=\"{cause}\"}}");
        assert_eq!(metrics.figure(&series), Some(0.0), "{series}");
    }
}

#[tokio::test]
async fn nothing_falls_whatever_becomes_of_workers() {
    let stand = Stand::start("").await;
    for _ in 0..REQUESTS {
        get(stand.server.base(), "/api/v1/states").await.unwrap();
    }
    let mut before = counters(&stand.server.scrape().await.unwrap());

    stand.signal(1, "KILL").await;
    until("its end is counted", PATIENCE, async || {
        let metrics = stand.server.scrape().await?;
        Ok(metrics.figure("worker_ends_total{cause=\"signal\"}") == Some(1.0))
    })
    .await
    .unwrap();
    until_each(&stand, "worker_up", 1.0).await;
    assert_none_fell(&stand, &mut before, "a kill").await;
    assert_eq!(before[ANSWERED], f64::from(REQUESTS));

    let since = "reload_last_success_timestamp_seconds";
    let begun = stand.server.scrape().await.unwrap().figure(since);
    assert!(stand.run(&["reload", "--wait"]).await.status.success());
    until_each(&stand, "worker_generation", 2.0).await;
    assert_none_fell(&stand, &mut before, "a reload").await;
    let reloaded = stand.server.scrape().await.unwrap().figure(since);
    assert!(reloaded > begun, "{begun:?} and {reloaded:?}");

    stand.configure("worker = 3");
    assert!(!stand.run(&["reload", "--wait"]).await.status.success());
    let metrics = stand.server.scrape().await.unwrap();
    assert_eq!(metrics.figure("reload_last_successful"), Some(0.0));
    assert_eq!(metrics.figure(since), reloaded);
    assert_eq!(
        metrics.figure("reloads_total{outcome=\"failed\"}"),
        Some(1.0)
    );

    stand.configure("");
    assert!(stand.run(&["upgrade"]).await.status.success());
    until_each(&stand, "worker_generation", 3.0).await;
    until("the upgrade is done", PATIENCE, async || {
        let metrics = stand.server.scrape().await?;
        Ok(metrics.figure("reload_last_successful") == Some(1.0))
    })
    .await
    .unwrap();
    assert_none_fell(&stand, &mut before, "an upgrade").await;
    assert_eq!(before[ANSWERED], f64::from(REQUESTS));
    assert_eq!(before["worker_ends_total{cause=\"signal\"}"], 1.0);
    assert_eq!(before["reloads_total{outcome=\"done\"}"], 2.0);
}

/// The pauses grow each time, so that a scrape meets one.
#[tokio::test]
async fn a_slot_whose_worker_dies_at_once_makes_pauses() {
    let stand = Stand::start("").await;
    until("a pause is told", PATIENCE, async || {
        let metrics = stand.server.scrape().await?;
        let [first, second] = each(&metrics, "worker_pause_seconds")[..] else {
            panic!("two slots");
        };
        assert_eq!(second, Some(0.0));
        if first > Some(0.0) {
            assert_eq!(each(&metrics, "worker_up"), [Some(0.0), Some(1.0)]);
            return Ok(true);
        }
        stand.signal(1, "KILL").await;
        Ok(false)
    })
    .await
    .unwrap();
    until_each(&stand, "worker_up", 1.0).await;
    until_each(&stand, "worker_pause_seconds", 0.0).await;
}
