//! The run second by second.

use std::time::Duration;

use hdrhistogram::CreationError;
use serde::Serialize;

use super::record::{Latencies, latencies};
use super::report::milliseconds;

/// What ended within one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Second {
    /// Whole seconds since the beginning.
    pub(crate) second: u64,
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    /// Latencies in milliseconds; none when there was no good answer.
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
}

/// All seconds so far.
pub(crate) struct Seconds {
    past: Vec<Second>,
    now: Second,
    latencies: Latencies,
}

impl Seconds {
    pub(crate) fn new() -> Result<Seconds, CreationError> {
        Ok(Seconds {
            past: Vec::new(),
            now: Second::default(),
            latencies: latencies()?,
        })
    }

    /// Counts a request that ended `at` after the beginning.
    pub(crate) fn add(&mut self, at: Duration, latency: Option<u64>, failed: bool) {
        self.pass(at);
        self.now.requests += 1;
        self.now.failed += u64::from(failed);
        if let Some(latency) = latency {
            self.latencies.saturating_record(latency);
        }
    }

    /// Lets time pass: the seconds before `at` are over.
    pub(crate) fn pass(&mut self, at: Duration) {
        while self.now.second < at.as_secs() {
            let next = self.now.second + 1;
            let over = std::mem::take(&mut self.now);
            self.past.push(summed(over, &self.latencies));
            self.latencies.reset();
            self.now.second = next;
        }
    }

    /// The last one that is over.
    pub(crate) fn last(&self) -> Option<&Second> {
        self.past.last()
    }

    /// All of them, the one that is not over only if there was something in it.
    pub(crate) fn all(&self) -> Vec<Second> {
        let now = (self.now.requests > 0).then(|| summed(self.now, &self.latencies));
        self.past.iter().copied().chain(now).collect()
    }
}

fn summed(second: Second, latencies: &Latencies) -> Second {
    let at = |quantile| {
        (!latencies.is_empty()).then(|| milliseconds(latencies.value_at_quantile(quantile)))
    };
    Second {
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        ..second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_in_which_nothing_ended_is_there_too() {
        let mut seconds = Seconds::new().unwrap();
        seconds.add(Duration::from_millis(100), Some(2_000), false);
        seconds.add(Duration::from_millis(200), None, true);
        seconds.add(Duration::from_millis(2_500), Some(4_000), false);
        assert_eq!(seconds.last().unwrap().second, 1);
        let told: Vec<_> = seconds
            .all()
            .into_iter()
            .map(|one| (one.second, one.requests, one.failed, one.p50_ms))
            .collect();
        let wanted = [(0, 2, 1, Some(2.0)), (1, 0, 0, None), (2, 1, 0, Some(4.0))];
        assert_eq!(told.len(), wanted.len());
        for (told, wanted) in told.iter().zip(wanted) {
            assert_eq!((told.0, told.1, told.2), (wanted.0, wanted.1, wanted.2));
            let near = told
                .3
                .zip(wanted.3)
                .is_none_or(|(a, b)| (a - b).abs() < 0.01);
            assert!(near && told.3.is_some() == wanted.3.is_some(), "{told:?}");
        }
    }
}
