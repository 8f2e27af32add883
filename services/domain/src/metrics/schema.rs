//! The version of the schema, as the program wants it and as the database has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::schema::newest;

/// No version is negative.
const NOT_READ: i64 = -1;

/// Tells what was read last. Clones share it.
#[derive(Clone)]
pub(super) struct SchemaCollector {
    /// The newest migration in the database; 0 for none, negative while it was not read.
    pub(super) found: Arc<AtomicI64>,
    wanted: IntGauge,
    shown: IntGauge,
}

impl SchemaCollector {
    pub(super) fn new() -> prometheus::Result<SchemaCollector> {
        let wanted = IntGauge::new(
            "db_schema_version_wanted",
            "The newest migration that the program knows.",
        )?;
        wanted.set(newest());
        Ok(SchemaCollector {
            found: Arc::new(AtomicI64::new(NOT_READ)),
            wanted,
            shown: IntGauge::new(
                "db_schema_version_found",
                "The newest migration that was found in the database; 0 for none.",
            )?,
        })
    }
}

impl Collector for SchemaCollector {
    fn desc(&self) -> Vec<&Desc> {
        let gauges = [&self.wanted, &self.shown];
        gauges.into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families = self.wanted.collect();
        let found = self.found.load(Relaxed);
        if found != NOT_READ {
            self.shown.set(found);
            families.extend(self.shown.collect());
        }
        families
    }
}
