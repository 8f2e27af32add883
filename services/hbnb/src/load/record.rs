//! What becomes of the requests, while it happens.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::{CreationError, Histogram};

use super::cause::{Cause, Failed};
use super::journey::Step;
use super::seconds::Seconds;

/// Latencies in microseconds, to three digits.
pub(crate) type Latencies = Histogram<u64>;

const LONGEST: u64 = 60 * 60 * 1_000_000;

/// No latencies yet.
pub(crate) fn latencies() -> Result<Latencies, CreationError> {
    Histogram::new_with_bounds(1, LONGEST, 3)
}

/// A request that has ended.
pub(crate) struct Done {
    pub(crate) step: Step,
    /// When it was to be started.
    pub(crate) due: Instant,
    pub(crate) ended: Instant,
    /// The bytes of the answer's body.
    pub(crate) outcome: Result<usize, Failed>,
}

/// All that is known of a run.
pub(crate) struct Record {
    begun: Instant,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) failures: BTreeMap<Cause, Failure>,
    pub(crate) seconds: Seconds,
    /// How late a request was started at worst.
    pub(crate) late: Duration,
    /// Requests under way.
    pub(crate) in_flight: u64,
}

/// The requests of one step.
#[derive(Clone)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    pub(crate) causes: BTreeMap<Cause, u64>,
    /// Of good answers, and of those that were not waited for any longer.
    pub(crate) latencies: Latencies,
}

/// The failures of one kind.
pub(crate) struct Failure {
    pub(crate) count: u64,
    /// Since the beginning.
    pub(crate) first: Duration,
    pub(crate) last: Duration,
    /// What is known of the first.
    pub(crate) example: String,
}

impl Record {
    pub(crate) fn new(begun: Instant) -> Result<Record, CreationError> {
        let tally = Tally::new()?;
        Ok(Record {
            begun,
            tallies: vec![tally; Step::COUNT],
            failures: BTreeMap::new(),
            seconds: Seconds::new()?,
            late: Duration::ZERO,
            in_flight: 0,
        })
    }

    /// A request is started, so much later than it was due.
    pub(crate) fn start(&mut self, late: Duration) {
        self.late = self.late.max(late);
        self.in_flight += 1;
    }

    /// It has ended.
    pub(crate) fn end(&mut self, done: Done) {
        self.in_flight -= 1;
        self.add(done);
    }

    /// A request that was never started counts as well.
    pub(crate) fn add(&mut self, done: Done) {
        let at = done.ended.saturating_duration_since(self.begun);
        let took = done.ended.saturating_duration_since(done.due);
        let waited = match &done.outcome {
            Ok(_) => true,
            Err(failed) => failed.cause == Cause::Timeout,
        };
        let latency = waited.then(|| u64::try_from(took.as_micros()).unwrap_or(LONGEST));
        self.seconds.add(at, latency, done.outcome.is_err());
        let tally = &mut self.tallies[done.step as usize];
        tally.requests += 1;
        if let Some(latency) = latency {
            tally.latencies.saturating_record(latency);
        }
        match done.outcome {
            Ok(bytes) => tally.bytes += bytes as u64,
            Err(failed) => {
                *tally.causes.entry(failed.cause).or_default() += 1;
                self.fail(at, failed);
            }
        }
    }

    fn fail(&mut self, at: Duration, failed: Failed) {
        let failure = self.failures.entry(failed.cause);
        let failure = failure.or_insert_with(|| Failure {
            count: 0,
            first: at,
            last: at,
            example: failed.detail,
        });
        failure.count += 1;
        failure.last = failure.last.max(at);
    }
}

impl Tally {
    pub(crate) fn new() -> Result<Tally, CreationError> {
        Ok(Tally {
            requests: 0,
            bytes: 0,
            causes: BTreeMap::new(),
            latencies: latencies()?,
        })
    }

    /// Requests that have failed, for whatever cause.
    pub(crate) fn failed(&self) -> u64 {
        self.causes.values().sum()
    }

    /// Adds the requests of another one.
    pub(crate) fn take(&mut self, other: &Tally) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        for (cause, count) in &other.causes {
            *self.causes.entry(*cause).or_default() += count;
        }
        // Both have the same bounds, so that nothing is too large.
        let _ = self.latencies.add(&other.latencies);
    }
}
