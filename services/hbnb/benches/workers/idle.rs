//! What a master costs that has nothing to do.

use std::time::Duration;

use tempfile::TempDir;
use tokio::time::sleep;

use crate::contender::{rss_kb, start};

/// How long it is watched, which is the length of the measurement.
const WATCH: Duration = Duration::from_secs(20);
/// Times a second that it may wake up, and what it may have of memory.
const WAKES_GOAL: f64 = 4.0;
const MEGABYTES_GOAL: f64 = 6.0;

pub(crate) async fn measure() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path()).await;
    let before = wakes(server.pid());
    sleep(WATCH).await;
    let wakes = (wakes(server.pid()) - before) as f64 / WATCH.as_secs_f64();
    let megabytes = rss_kb(server.pid()) / 1e3;
    println!(
        "a master at rest: wakes up {wakes:.1} times a second (goal {WAKES_GOAL}), {megabytes:.1} MB of memory (goal {MEGABYTES_GOAL})"
    );
    assert!(wakes <= WAKES_GOAL, "{wakes}");
    assert!(megabytes < MEGABYTES_GOAL, "{megabytes}");
}

/// How often the threads of a process have waited for something so far.
fn wakes(pid: u32) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let status = threads
        .map(|thread| std::fs::read_to_string(thread.unwrap().path().join("status")).unwrap());
    let waited = status.map(|status| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.unwrap().trim().parse::<u64>().unwrap()
    });
    waited.sum()
}
