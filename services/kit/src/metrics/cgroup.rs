//! The memory that the process may have, and what its control group (cgroups(7)) says about it. Containers and systemd
//! set such limits; where there is none there are none of these metrics.

mod group;

use std::path::Path;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounter, IntGauge, Registry};

use group::Group;

/// Registers the figures of the group of this process that has the tightest limit.
pub(super) fn register(registry: &Registry) -> prometheus::Result<()> {
    registry.register(Box::new(MemoryCollector::new()?))
}

/// How many processes of the group of this process the kernel has killed for want of memory, whose limit it ever was: its own,
/// that of a group around it, or the machine's. None if the kernel does not tell.
pub fn oom_kills() -> Option<u64> {
    Group::own(Path::new("/"))?.oom_kills()
}

/// Looks for the group, and reads its files, whenever the metrics are gathered: a limit may come and go.
struct MemoryCollector {
    limit: IntGauge,
    usage: IntGauge,
    working_set: IntGauge,
    kills: IntCounter,
}

impl MemoryCollector {
    fn new() -> prometheus::Result<MemoryCollector> {
        Ok(MemoryCollector {
            limit: IntGauge::new(
                "cgroup_memory_limit_bytes",
                "The most memory that the control group may have.",
            )?,
            usage: IntGauge::new(
                "cgroup_memory_usage_bytes",
                "Memory of the control group, cached files included.",
            )?,
            working_set: IntGauge::new(
                "cgroup_memory_working_set_bytes",
                "The same without cached files that can be let go: what the limit is about.",
            )?,
            kills: IntCounter::new(
                "cgroup_memory_oom_kills_total",
                "Processes of the control group that were killed for want of memory.",
            )?,
        })
    }
}

impl Collector for MemoryCollector {
    fn desc(&self) -> Vec<&Desc> {
        let gauges = [&self.limit, &self.usage, &self.working_set];
        let gauges = gauges.into_iter().flat_map(Collector::desc);
        gauges.chain(self.kills.desc()).collect()
    }

    /// What cannot be read is left out.
    fn collect(&self) -> Vec<MetricFamily> {
        let Some(group) = Group::tightest(Path::new("/")) else {
            return Vec::new();
        };
        let gauges = [
            (&self.limit, group.limit()),
            (&self.usage, group.usage()),
            (&self.working_set, group.working_set()),
        ];
        let told = gauges.into_iter().filter_map(|(gauge, bytes)| {
            gauge.set(i64::try_from(bytes?).unwrap_or(i64::MAX));
            Some(gauge.collect())
        });
        let mut families: Vec<MetricFamily> = told.flatten().collect();
        if let Some(kills) = group.oom_kills() {
            self.kills.inc_by(kills.saturating_sub(self.kills.get()));
            families.extend(self.kills.collect());
        }
        families
    }
}
