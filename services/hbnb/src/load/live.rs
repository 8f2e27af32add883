//! How it goes, while it goes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

use super::runner::Runner;
use super::seconds::Second;
use crate::progress::Progress;

const TICK: Duration = Duration::from_secs(1);
/// Ticks from one line to the next where no line can be written anew.
const RARE: u64 = 5;

/// Tells how it goes until it is dropped.
pub(crate) fn show(runner: &Arc<Runner>, duration: Duration) -> AbortOnDropHandle<()> {
    let runner = Arc::clone(runner);
    AbortOnDropHandle::new(tokio::spawn(async move {
        let progress = Progress::line_of_text();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        // The first one comes at once.
        ticks.tick().await;
        for number in 1.. {
            ticks.tick().await;
            if progress.is_drawn() || number % RARE == 0 {
                progress.tell(line(&runner, duration));
            }
        }
    }))
}

fn line(runner: &Runner, duration: Duration) -> String {
    let gone = runner.begun().elapsed();
    let mut record = runner.record();
    record.seconds.pass(gone);
    let (mut requests, mut failed) = (0, 0);
    for tally in &record.tallies {
        requests += tally.requests;
        failed += tally.failed();
    }
    let last = record.seconds.last().map(told).unwrap_or_default();
    let (gone, all) = (gone.as_secs(), duration.as_secs());
    let open = record.in_flight;
    format!("{gone} of {all} s: {requests} requests, {failed} failed, {open} open{last}")
}

/// So short that it fits into 80 columns with what is before it.
fn told(last: &Second) -> String {
    let failed = match last.failed {
        0 => String::new(),
        failed => format!(" ({failed} failed)"),
    };
    let latencies = match last.p50_ms.zip(last.p99_ms) {
        Some((half, most)) => format!(", p50 {half:.1}, p99 {most:.1} ms"),
        None => String::new(),
    };
    format!("; now {}/s{failed}{latencies}", last.requests)
}
