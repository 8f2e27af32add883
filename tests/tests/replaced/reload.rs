//! Reloads under load.

use rig::site::{Site, nothing_lost};
use rig::{Scrapes, announce};

use crate::{LIMIT, sized};

/// Reloads, and requests that are answered before each.
const LIGHT: (u64, usize) = (3, 400);
const HEAVY: (u64, usize) = (30, 7_000);
/// Reloads in which one request at least must have been lost.
const MOST: usize = 60;

/// By signal and by command in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost() {
    let (turns, each) = sized(LIGHT, HEAVY);
    let site = Site::start(&[]).await;
    let scrapes = Scrapes::begin(site.master.server.admin());
    let visitors = site.visitors();
    for turn in 0..turns {
        visitors.until_answered(each).await.unwrap();
        site.reload(turn).await;
    }
    visitors.until_answered(each).await.unwrap();
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(status.generation, 1 + turns);
    let asked = visitors.end().await;
    nothing_lost(&format!("{turns} reloads"), &asked);
    assert!(asked.answered >= each);
    let scraped = scrapes.end().await.unwrap();
    assert_eq!(scraped.fallen, Vec::<String>::new());
    assert!(
        scraped.scrapes > 0 && scraped.unanswered == 0,
        "{scraped:?}"
    );
    let metrics = site.master.server.scrape().await.unwrap();
    let done = metrics.figure("reloads_total{outcome=\"done\"}");
    assert_eq!(done, Some(turns as f64));
}

/// Workers that close idle connections at once meet requests on their way: the visitors can tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_lost_without_the_linger() {
    let site = Site::start(&["--drain-linger", "0s"]).await;
    let visitors = site.visitors();
    visitors.until_answered(100).await.unwrap();
    for _ in 0..MOST {
        site.done(&["reload", "--wait"]).await;
        if visitors.lost() > 0 {
            break;
        }
    }
    let asked = visitors.end().await;
    announce(&format!(
        "without the linger: {} answered, {} lost",
        asked.answered,
        asked.lost.len()
    ));
    assert!(!asked.lost.is_empty());
}

/// Workers that are told to leave at once cut off what they are at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_lost_when_workers_quit() {
    let site = Site::start(&[]).await;
    let visitors = site.visitors();
    visitors.until_answered(100).await.unwrap();
    for pid in site.master.pids().await.unwrap() {
        rig::process::signal(&pid.to_string(), "QUIT").unwrap();
    }
    site.master.until_settled(LIMIT).await.unwrap();
    visitors.until_answered(100).await.unwrap();
    let asked = visitors.end().await;
    assert!(!asked.lost.is_empty());
}
