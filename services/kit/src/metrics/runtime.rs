//! The figures of the tokio runtime, as far as they are stable.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Histogram, HistogramOpts, IntGauge, Registry};
use tokio::runtime::{Handle, RuntimeMetrics};

use super::REGISTRY;

/// Upper bounds in seconds. A timer of tokio is up to a millisecond late by itself.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static LATE: LazyLock<prometheus::Result<Histogram>> = LazyLock::new(|| {
    let late = HistogramOpts::new(
        "tokio_scheduling_delay_seconds",
        "How late a task that sleeps was woken.",
    );
    let late = Histogram::with_opts(late.buckets(SECONDS.to_vec()))?;
    REGISTRY.register(Box::new(late.clone()))?;
    Ok(late)
});

/// A task that should have gone on was this late.
pub(crate) fn scheduled_late(by: Duration) {
    if let Ok(late) = &*LATE {
        late.observe(by.as_secs_f64());
    }
}

/// Registers the figures of this runtime.
pub(super) fn register(registry: &Registry, runtime: &Handle) -> prometheus::Result<()> {
    // There from the first scrape on, also before anything was late.
    LazyLock::force(&LATE);
    registry.register(Box::new(RuntimeCollector {
        runtime: runtime.metrics(),
        workers: IntGauge::new("tokio_workers", "Threads that run tasks.")?,
        busy: Counter::new(
            "tokio_workers_busy_seconds_total",
            "Time that the workers have been busy, all together.",
        )?,
        queued: IntGauge::new(
            "tokio_global_queue_depth",
            "Tasks that wait for any worker.",
        )?,
        tasks: IntGauge::new("tokio_alive_tasks", "Tasks that have not ended.")?,
    }))
}

/// Asks the runtime whenever the metrics are gathered.
struct RuntimeCollector {
    runtime: RuntimeMetrics,
    workers: IntGauge,
    busy: Counter,
    queued: IntGauge,
    tasks: IntGauge,
}

impl Collector for RuntimeCollector {
    fn desc(&self) -> Vec<&Desc> {
        let gauges = [&self.workers, &self.queued, &self.tasks];
        let gauges = gauges.into_iter().flat_map(Collector::desc);
        gauges.chain(self.busy.desc()).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let workers = self.runtime.num_workers();
        let busy = (0..workers).map(|worker| self.runtime.worker_total_busy_duration(worker));
        let more = busy.sum::<Duration>().as_secs_f64() - self.busy.get();
        self.busy.inc_by(more.max(0.0));
        self.workers.set(number(workers));
        self.queued.set(number(self.runtime.global_queue_depth()));
        self.tasks.set(number(self.runtime.num_alive_tasks()));
        let gauges = [&self.workers, &self.queued, &self.tasks];
        let gauges = gauges.into_iter().flat_map(Collector::collect);
        gauges.chain(self.busy.collect()).collect()
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
