//! People who use the site while something happens to it.

use rig::{Visits, until};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};

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
    /// So many requests a second, on schedule, whatever the answers take; writes among them. They have begun when this is done.
    pub(crate) async fn come(base: &str, rate: u32) -> Visitors {
        let rate = rate.to_string();
        let plan = [
            "--url",
            base,
            "--rate",
            &rate,
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
