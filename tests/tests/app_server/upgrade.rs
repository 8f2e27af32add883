//! Upgrades in place under load.

use rig::Scrapes;

use crate::site::{Site, nothing_lost};
use crate::{LIMIT, sized};

/// Upgrades, and requests that are answered before each.
const LIGHT: (u64, usize) = (2, 300);
const HEAVY: (u64, usize) = (10, 3_000);

/// By command and by signal in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost() {
    let (turns, each) = sized(LIGHT, HEAVY);
    let (site, release) = Site::of_a_release(&[], &[]).await;
    let pid = site.master.server.pid();
    let scrapes = Scrapes::begin(site.master.server.admin());
    let visitors = site.visitors();
    for turn in 0..turns {
        visitors.until_answered(each).await.unwrap();
        release.replace();
        assert!(!release.is_run_by(pid));
        match turn % 2 {
            0 => {
                let said = site.done(&["upgrade"]).await;
                let wanted = format!("\ngeneration {} serves", turn + 2);
                assert!(said.contains(&wanted), "{said}");
            }
            _ => site.master.server.signal("USR2").unwrap(),
        }
        let serves = |status: &rig::master::Status| {
            status.upgrades == turn + 1 && status.is_settled() && status.last.is_some()
        };
        site.master.until("it serves", LIMIT, serves).await.unwrap();
        let status = site.master.status().await.unwrap();
        assert_eq!((status.pid, status.generation), (pid, turn + 2));
        assert!(status.last.unwrap().done);
        for pid in std::iter::once(pid).chain(site.master.pids().await.unwrap()) {
            assert!(release.is_run_by(pid), "{pid} runs another program");
        }
    }
    visitors.until_answered(each).await.unwrap();
    let asked = visitors.end().await;
    nothing_lost(&format!("{turns} upgrades"), &asked);
    let scraped = scrapes.end().await.unwrap();
    assert_eq!(scraped.fallen, Vec::<String>::new());
    let metrics = site.master.server.scrape().await.unwrap();
    let done = metrics.figure("reloads_total{outcome=\"done\"}");
    assert_eq!(done, Some(turns as f64));
}

/// The next release is put there while one is still being tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_at_once() {
    let (site, release) = Site::of_a_release(&[], &[]).await;
    let pid = site.master.server.pid();
    release.replace();
    site.master.server.signal("USR2").unwrap();
    let is_tried = |status: &rig::master::Status| status.workers.len() > 2;
    site.master
        .until("it is tried", LIMIT, is_tried)
        .await
        .unwrap();
    release.replace();
    let serves = |status: &rig::master::Status| status.upgrades == 1 && status.is_settled();
    site.master.until("it serves", LIMIT, serves).await.unwrap();
    assert!(!release.is_run_by(pid));
    site.done(&["upgrade"]).await;
    assert!(release.is_run_by(pid));
}
