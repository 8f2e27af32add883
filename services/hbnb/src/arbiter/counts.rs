//! What is measured of the workers by their master.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus::{Gauge, IntCounterVec, IntGauge, Opts, Registry};

use super::ended::Cause;
use super::pauses::Pauses;

/// The master's own metrics. Clones share them.
#[derive(Clone)]
pub(crate) struct Counts {
    pub(crate) pauses: Pauses,
    ended: IntCounterVec,
    renewed: IntCounterVec,
    reloads: IntCounterVec,
    is_in_force: IntGauge,
    in_force_since: Gauge,
}

/// Why workers are renewed one by one.
const REASONS: [&str; 4] = ["asked", "max_age", "max_requests", "max_rss"];

impl Counts {
    /// `in_force_since` tells when the configuration was put into force by which the master begins, since 1970.
    pub(crate) fn register(
        registry: &Registry,
        in_force_since: Duration,
    ) -> prometheus::Result<Counts> {
        let counts = Counts {
            pauses: Pauses::default(),
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
            is_in_force: IntGauge::new(
                "reload_last_successful",
                "1 unless the last reload or upgrade failed.",
            )?,
            in_force_since: Gauge::new(
                "reload_last_success_timestamp_seconds",
                "When the configuration was last put into force, by the start or a reload.",
            )?,
        };
        counts.is_in_force.set(1);
        counts.in_force_since.set(in_force_since.as_secs_f64());
        for cause in Cause::ALL {
            counts.ended.with_label_values(&[cause.label()]);
        }
        for reason in REASONS {
            counts.renewed.with_label_values(&[reason]);
        }
        for outcome in ["done", "failed"] {
            counts.reloads.with_label_values(&[outcome]);
        }
        registry.register(Box::new(counts.ended.clone()))?;
        registry.register(Box::new(counts.renewed.clone()))?;
        registry.register(Box::new(counts.reloads.clone()))?;
        registry.register(Box::new(counts.is_in_force.clone()))?;
        registry.register(Box::new(counts.in_force_since.clone()))?;
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
        self.is_in_force.set(done.into());
        if done {
            self.in_force_since.set(since_1970().as_secs_f64());
        }
    }

    /// When the configuration was last put into force, since 1970.
    pub(crate) fn in_force_since(&self) -> Duration {
        Duration::try_from_secs_f64(self.in_force_since.get()).unwrap_or_default()
    }
}

/// The time now, since 1970.
pub(crate) fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn counters(name: &str, help: &str, label: &str) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), &[label])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus::{Registry, TextEncoder};

    use super::Counts;

    #[test]
    fn reloads_are_told() {
        let registry = Registry::new();
        let before = Duration::from_secs(1_000_000_000);
        let counts = Counts::register(&registry, before).unwrap();
        let told = || {
            let text = TextEncoder::new().encode_to_string(&registry.gather());
            let text = text.unwrap();
            let figure = |name: &str| {
                let line = text.lines().find(|line| line.starts_with(name));
                line.unwrap().rsplit_once(' ').unwrap().1.to_owned()
            };
            (
                figure("reload_last_successful"),
                figure("reloads_total{outcome=\"failed\"}"),
                counts.in_force_since() > before,
            )
        };
        assert_eq!(told(), ("1".to_owned(), "0".to_owned(), false));
        counts.reloaded(false);
        assert_eq!(told(), ("0".to_owned(), "1".to_owned(), false));
        counts.reloaded(true);
        assert_eq!(told(), ("1".to_owned(), "1".to_owned(), true));
    }
}
