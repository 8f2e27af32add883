//! The state of the service: what its probes say, and what it depends on.

use std::sync::LazyLock;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGauge, IntGaugeVec, Opts, Registry};

use super::REGISTRY;
use crate::health::Health;

static DEPENDENCIES: LazyLock<prometheus::Result<IntGaugeVec>> = LazyLock::new(|| {
    let up = Opts::new(
        "dependency_up",
        "Whether what the service depends on has answered lately.",
    );
    let up = IntGaugeVec::new(up, &["dependency"])?;
    REGISTRY.register(Box::new(up.clone()))?;
    Ok(up)
});

/// Tells in `dependency_up` of something that the service depends on, such as `database`, whether it answers.
/// [`watch_answers`](crate::service::watch_answers) does so of what it watches.
pub fn depend(what: &str, up: bool) {
    if let Ok(dependencies) = &*DEPENDENCIES {
        let what = what.to_lowercase();
        dependencies.with_label_values(&[&what]).set(up.into());
    }
}

/// Registers what the probes say.
pub(super) fn register(registry: &Registry, health: &Health) -> prometheus::Result<()> {
    registry.register(Box::new(StateCollector {
        health: health.clone(),
        ready: IntGauge::new("service_ready", "Whether the ready probe answers 200.")?,
        draining: IntGauge::new("service_draining", "Whether the process is about to end.")?,
    }))
}

/// Asks whenever the metrics are gathered.
struct StateCollector {
    health: Health,
    ready: IntGauge,
    draining: IntGauge,
}

impl Collector for StateCollector {
    fn desc(&self) -> Vec<&Desc> {
        let gauges = [&self.ready, &self.draining];
        gauges.into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.ready.set(self.health.is_ready().into());
        self.draining.set(self.health.is_draining().into());
        let gauges = [&self.ready, &self.draining];
        gauges.into_iter().flat_map(Collector::collect).collect()
    }
}
