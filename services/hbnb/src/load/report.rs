//! What a run has come to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::fail_on::Judged;
use super::journey::Journey;
use super::record::{Latencies, Record, Tally};
use super::seconds::Second;
use super::{Pace, Plan};

/// The result of a run, as `--json` gives it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) url: String,
    /// Requests a second that were planned, or none with users.
    pub(crate) rate: Option<f64>,
    /// Users, or none with a rate.
    pub(crate) users: Option<usize>,
    /// How long requests were started.
    pub(crate) duration_s: f64,
    /// Whether somebody ended it early.
    pub(crate) interrupted: bool,
    /// Requests that were not waited for then.
    pub(crate) unfinished: u64,
    /// How late a request was started at worst.
    pub(crate) late_ms: f64,
    pub(crate) total: Sum,
    pub(crate) journeys: Vec<JourneySum>,
    pub(crate) failures: Vec<Failures>,
    pub(crate) seconds: Vec<Second>,
    pub(crate) conditions: Vec<Judged>,
}

/// The requests of a journey, and of its steps.
#[derive(Debug, Serialize)]
pub(crate) struct JourneySum {
    pub(crate) journey: &'static str,
    #[serde(flatten)]
    pub(crate) sum: Sum,
    pub(crate) steps: Vec<StepSum>,
}

/// The requests of a step.
#[derive(Debug, Serialize)]
pub(crate) struct StepSum {
    pub(crate) step: &'static str,
    #[serde(flatten)]
    pub(crate) sum: Sum,
}

/// Requests together.
#[derive(Debug, Serialize)]
pub(crate) struct Sum {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    /// By cause.
    pub(crate) causes: BTreeMap<String, u64>,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Bytes of the bodies of good answers.
    pub(crate) bytes: u64,
    /// None when there was no answer.
    pub(crate) latency_ms: Option<Latency>,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    #[serde(rename = "p99.9")]
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

/// The failures of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Failures {
    pub(crate) cause: String,
    pub(crate) count: u64,
    pub(crate) first_s: f64,
    pub(crate) last_s: f64,
    pub(crate) example: String,
}

impl Report {
    pub(crate) fn new(
        plan: &Plan,
        record: &Record,
        took: Duration,
        interrupted: bool,
    ) -> anyhow::Result<Report> {
        let seconds = took.as_secs_f64();
        let mut total = Tally::new()?;
        let mut journeys = Vec::new();
        for journey in Journey::ALL {
            let tally = journey_tally(journey, record)?;
            total.take(&tally);
            if tally.requests > 0 {
                journeys.push(JourneySum {
                    journey: journey.name(),
                    sum: Sum::new(&tally, seconds),
                    steps: steps(journey, record, seconds),
                });
            }
        }
        let (rate, users) = match plan.pace {
            Pace::Rate { rate, .. } => (Some(rate), None),
            Pace::Users { users, .. } => (None, Some(users)),
        };
        Ok(Report {
            url: plan.target.to_string(),
            rate,
            users,
            duration_s: seconds,
            interrupted,
            unfinished: record.in_flight,
            late_ms: record.late.as_secs_f64() * 1e3,
            total: Sum::new(&total, seconds),
            journeys,
            failures: failures(record),
            seconds: record.seconds.all(),
            conditions: Vec::new(),
        })
    }
}

fn journey_tally(journey: Journey, record: &Record) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    for step in journey.steps() {
        tally.take(&record.tallies[*step as usize]);
    }
    Ok(tally)
}

fn steps(journey: Journey, record: &Record, seconds: f64) -> Vec<StepSum> {
    let steps = journey.steps().iter().map(|step| StepSum {
        step: step.name(),
        sum: Sum::new(&record.tallies[*step as usize], seconds),
    });
    steps.filter(|step| step.sum.requests > 0).collect()
}

fn failures(record: &Record) -> Vec<Failures> {
    let failures = record.failures.iter().map(|(cause, failure)| Failures {
        cause: cause.to_string(),
        count: failure.count,
        first_s: failure.first.as_secs_f64(),
        last_s: failure.last.as_secs_f64(),
        example: failure.example.clone(),
    });
    failures.collect()
}

impl Sum {
    fn new(tally: &Tally, seconds: f64) -> Sum {
        let causes = tally.causes.iter();
        Sum {
            requests: tally.requests,
            failed: tally.failed(),
            causes: causes
                .map(|(cause, count)| (cause.to_string(), *count))
                .collect(),
            rate: match seconds > 0.0 {
                true => tally.requests as f64 / seconds,
                false => 0.0,
            },
            bytes: tally.bytes,
            latency_ms: Latency::new(&tally.latencies),
        }
    }
}

impl Latency {
    fn new(latencies: &Latencies) -> Option<Latency> {
        let at = |quantile| milliseconds(latencies.value_at_quantile(quantile));
        (!latencies.is_empty()).then(|| Latency {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: milliseconds(latencies.max()),
        })
    }
}

/// Microseconds as milliseconds.
pub(crate) fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e3
}
