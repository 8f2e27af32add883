//! What is measured of the workers by their master.

use prometheus::{IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use super::ended::Cause;

/// The master's own metrics. Clones share them.
#[derive(Clone)]
pub(crate) struct Counts {
    pub(crate) wanted: IntGauge,
    pub(crate) workers: IntGaugeVec,
    pub(crate) generation: IntGauge,
    ended: IntCounterVec,
    renewed: IntCounterVec,
    reloads: IntCounterVec,
}

/// The states of a worker in `workers`.
pub(crate) const STATES: [&str; 3] = ["starting", "ready", "draining"];

impl Counts {
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Counts> {
        let counts = Counts {
            wanted: IntGauge::new("workers_wanted", "How many workers there are to be.")?,
            workers: gauges("workers", "Workers that there are.", "state")?,
            generation: IntGauge::new("worker_generation", "The generation of new workers.")?,
            ended: counters(
                "worker_ends_total",
                "Workers that ended without being told to.",
                "cause",
            )?,
            renewed: counters(
                "worker_renewals_total",
                "Workers renewed one by one.",
                "reason",
            )?,
            reloads: counters("reloads_total", "Reloads and upgrades.", "outcome")?,
        };
        for cause in Cause::ALL {
            counts.ended.with_label_values(&[cause.label()]);
        }
        for outcome in ["done", "failed"] {
            counts.reloads.with_label_values(&[outcome]);
        }
        registry.register(Box::new(counts.wanted.clone()))?;
        registry.register(Box::new(counts.workers.clone()))?;
        registry.register(Box::new(counts.generation.clone()))?;
        registry.register(Box::new(counts.ended.clone()))?;
        registry.register(Box::new(counts.renewed.clone()))?;
        registry.register(Box::new(counts.reloads.clone()))?;
        Ok(counts)
    }

    /// A worker ended; `asked` if the master had told it to leave.
    pub(crate) fn ended(&self, cause: Cause, asked: bool) {
        if !(asked && cause == Cause::Asked) {
            self.ended.with_label_values(&[cause.label()]).inc();
        }
    }

    pub(crate) fn renewed(&self, reason: &str) {
        self.renewed.with_label_values(&[reason]).inc();
    }

    pub(crate) fn reloaded(&self, done: bool) {
        let outcome = if done { "done" } else { "failed" };
        self.reloads.with_label_values(&[outcome]).inc();
    }
}

fn gauges(name: &str, help: &str, label: &str) -> prometheus::Result<IntGaugeVec> {
    IntGaugeVec::new(Opts::new(name, help), &[label])
}

fn counters(name: &str, help: &str, label: &str) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), &[label])
}
