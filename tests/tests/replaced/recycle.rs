//! Workers that are renewed: because they have answered enough, are old or large, or because somebody says so.

use anyhow::Context;
use rig::site::{Site, nothing_lost};
use rig::{Scrapes, announce, until};

use crate::{LIMIT, sized};

/// Workers that are renewed.
const LIGHT: f64 = 6.0;
const HEAVY: f64 = 100.0;

/// How many workers have been renewed for this reason.
async fn renewed(site: &Site, reason: &str) -> f64 {
    let metrics = site.master.server.scrape().await.unwrap();
    let series = format!("worker_renewals_total{{reason=\"{reason}\"}}");
    metrics.figure(&series).unwrap_or_default()
}

async fn until_renewed(site: &Site, reason: &str, times: f64) {
    // Each takes until a successor is ready.
    let limit = LIMIT.mul_f64(times.max(1.0));
    until("so many are renewed", limit, async || {
        Ok(renewed(site, reason).await >= times)
    })
    .await
    .with_context(|| format!("{reason}: {}", site.master.server.logs()))
    .unwrap();
}

/// What is counted never falls, and at last everything that was written is counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_requests() {
    let times = sized(LIGHT, HEAVY);
    let site = Site::start(&["--max-requests", "100"]).await;
    let scrapes = Scrapes::begin(site.master.server.admin());
    let visitors = site.visitors();
    until_renewed(&site, "max_requests", times).await;
    nothing_lost(&format!("{times} renewals"), &visitors.end().await);
    let scraped = scrapes.end().await.unwrap();
    announce(&format!("{} scrapes, nothing fell", scraped.scrapes));
    assert_eq!(scraped.fallen, Vec::<String>::new());
    assert!(
        scraped.scrapes as f64 > times && scraped.unanswered == 0,
        "{scraped:?}"
    );
    let stats = rig::http::get(site.master.server.base(), "/api/v1/stats").await;
    let written = stats.unwrap().json().unwrap()["states"].as_f64();
    let series = r#"http_requests_total{method="POST",route="/api/v1/states",status="2xx"}"#;
    let metrics = site.master.server.scrape().await.unwrap();
    assert_eq!(metrics.figure(series), written, "{}", metrics.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_age_and_by_memory() {
    for (flag, value) in [("max_age", "2s"), ("max_rss", "1MiB")] {
        let site = Site::start(&[&format!("--{}", flag.replace('_', "-")), value]).await;
        let visitors = site.visitors();
        until_renewed(&site, flag, 3.0).await;
        nothing_lost(flag, &visitors.end().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_command() {
    let site = Site::start(&[]).await;
    let before = site.master.until_settled(LIMIT).await.unwrap();
    let said = site.done(&["recycle", "2"]).await;
    assert_eq!(said.trim(), "slot 2 has a new worker");
    let after = site.master.until_settled(LIMIT).await.unwrap();
    let pid = |status: &rig::master::Status, slot| status.worker(slot).unwrap().pid;
    assert_eq!(pid(&before, 1), pid(&after, 1));
    assert_ne!(pid(&before, 2), pid(&after, 2));
    assert_eq!(renewed(&site, "asked").await, 1.0);
    for slot in ["0", "3"] {
        let said = site.refused(&["recycle", slot]).await;
        assert!(
            said.contains("give the slot of a worker, from 1 to 2"),
            "{said}"
        );
    }
}
