//! People who use the site while something happens to it.

use rig::{Compose, Visits, until};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Requests a second. Twice as many take three quarters of two processors, of which other stories need their part: then a
/// site that has only just begun keeps people waiting for longer than a page may take.
const RATE: &str = "100";
/// Held by who has visitors come: those of two stories at once are more than two processors can serve.
pub(crate) static VISITED: Mutex<()> = Mutex::const_new(());
/// How long people stay at least, so that a story of no loss tells something.
const AT_LEAST: Duration = Duration::from_secs(5);
/// How long they take to finish what they are at.
const LIMIT: Duration = Duration::from_secs(90);

pub(crate) struct Visitors {
    visits: Visits,
    begun: Instant,
}

/// What they tell.
pub(crate) struct Story {
    pub(crate) failed: u64,
    requests: u64,
    failures: Value,
    lasted: Duration,
}

impl Visitors {
    /// They ask on schedule, whatever the answers take; writes among them. They have begun when this is done.
    pub(crate) async fn come(base: &str) -> Visitors {
        let plan = [
            "--url",
            base,
            "--rate",
            RATE,
            "--duration",
            "15m",
            "--writes",
        ];
        let mut visits = Visits::begin(&plan, &[]).unwrap();
        visits.until_begun().await.unwrap();
        Visitors {
            visits,
            begun: Instant::now(),
        }
    }

    /// Ends the visit, after a while at least.
    pub(crate) async fn leave(self) -> Story {
        let stayed = async || Ok(self.begun.elapsed() > AT_LEAST);
        until("people have been here", LIMIT, stayed).await.unwrap();
        let lasted = self.begun.elapsed();
        let told = self.visits.stop(LIMIT).await.unwrap();
        let (requests, failed) = told.total().unwrap();
        Story {
            failed,
            requests,
            failures: told.report["failures"].clone(),
            lasted,
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, failed) = (self.requests, self.failed);
        write!(
            f,
            "{requests} requests in {:.0?}, {failed} failed",
            self.lasted
        )?;
        match failed {
            0 => Ok(()),
            _ => write!(f, ": {}", self.failures),
        }
    }
}

/// Fails where something was lost, with what the edge tells of it: which services it had asked.
pub(crate) async fn lost_nothing(compose: &Compose, story: &Story) {
    assert!(story.requests > 0, "nobody has asked for anything");
    if story.failed == 0 {
        return;
    }
    let log = compose.logs("edge").await.unwrap();
    let failed: Vec<_> = log
        .lines()
        .filter(|line| line.contains("\"status\":5") || line.contains("\"status\":404"))
        .take(10)
        .collect();
    panic!("{story}\n{}", failed.join("\n"));
}
