//! What is measured of the connections and the queries.

mod schema;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::store::Pools;
use schema::SchemaCollector;

/// Upper bounds in seconds, from a look-up by id to the longest that a statement may take.
const SECONDS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0,
];
/// Upper bounds in places.
const PLACES: &[f64] = &[0.0, 1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];

/// The measures of one store. Clones share them.
#[derive(Clone)]
pub struct Meter(Arc<prometheus::Result<Families>>);

struct Families {
    pools: PoolCollector,
    waiters: IntGaugeVec,
    acquire: HistogramVec,
    durations: HistogramVec,
    errors: IntCounterVec,
    found: Histogram,
    schema: SchemaCollector,
}

impl Meter {
    pub(crate) fn new(pools: &Pools) -> Meter {
        Meter(Arc::new(Families::new(pools)))
    }

    /// Adds the measures to a registry, once: `db_pool_size`, `db_pool_limit`, `db_pool_in_use`, `db_pool_waiters` and
    /// `db_pool_acquire_duration_seconds` by pool (`postgres`, or `sqlite_readers` and `sqlite_writer`),
    /// `db_query_duration_seconds` and `db_query_errors_total` by query, `place_search_results`, `db_schema_version_wanted`
    /// and, once it has been read, `db_schema_version_found`. To gather them asks the database nothing.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        let families = match &*self.0 {
            Ok(families) => families,
            Err(error) => return Err(prometheus::Error::Msg(error.to_string())),
        };
        registry.register(Box::new(families.pools.clone()))?;
        registry.register(Box::new(families.waiters.clone()))?;
        registry.register(Box::new(families.acquire.clone()))?;
        registry.register(Box::new(families.durations.clone()))?;
        registry.register(Box::new(families.errors.clone()))?;
        registry.register(Box::new(families.found.clone()))?;
        registry.register(Box::new(families.schema.clone()))
    }

    /// Somebody waits for a connection of the pool until this is dropped.
    pub(crate) fn waiting(&self, pool: &str) -> Option<Waiting> {
        let families = self.families()?;
        let waiters = families.waiters.with_label_values(&[pool]);
        waiters.inc();
        Some(Waiting {
            since: Instant::now(),
            waiters,
            acquire: families.acquire.with_label_values(&[pool]),
        })
    }

    /// A statement of the query has ended.
    pub(crate) fn ran(&self, query: &str, took: Duration) {
        if let Some(families) = self.families() {
            let durations = families.durations.with_label_values(&[query]);
            durations.observe(took.as_secs_f64());
        }
    }

    /// The query got no connection, or an error for an answer.
    pub(crate) fn failed(&self, query: &str) {
        if let Some(families) = self.families() {
            families.errors.with_label_values(&[query]).inc();
        }
    }

    /// A search has ended with this many places.
    pub(crate) fn found(&self, places: u64) {
        if let Some(families) = self.families() {
            families.found.observe(places as f64);
        }
    }

    /// The schema was read: the newest migration in the database, 0 for none.
    pub(crate) fn schema(&self, version: i64) {
        if let Some(families) = self.families() {
            families.schema.found.store(version, Relaxed);
        }
    }

    fn families(&self) -> Option<&Families> {
        (*self.0).as_ref().ok()
    }
}

/// One that waits for a connection.
pub(crate) struct Waiting {
    since: Instant,
    waiters: IntGauge,
    acquire: Histogram,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waiters.dec();
        self.acquire.observe(self.since.elapsed().as_secs_f64());
    }
}

impl Families {
    fn new(pools: &Pools) -> prometheus::Result<Families> {
        let waiters = Opts::new("db_pool_waiters", "Queries that wait for a connection.");
        let acquire = HistogramOpts::new(
            "db_pool_acquire_duration_seconds",
            "How long a query waited for its connection.",
        );
        let durations = HistogramOpts::new(
            "db_query_duration_seconds",
            "How long a statement took, by the query that it is part of.",
        );
        let errors = Opts::new(
            "db_query_errors_total",
            "Queries that got no connection, or an error for an answer.",
        );
        let found = HistogramOpts::new(
            "place_search_results",
            "Places that a search for places read.",
        );
        let waiters = IntGaugeVec::new(waiters, &["pool"])?;
        let acquire = HistogramVec::new(acquire.buckets(SECONDS.to_vec()), &["pool"])?;
        for state in pools.states() {
            waiters.with_label_values(&[state.pool]);
            acquire.with_label_values(&[state.pool]);
        }
        Ok(Families {
            pools: PoolCollector::new(pools)?,
            waiters,
            acquire,
            durations: HistogramVec::new(durations.buckets(SECONDS.to_vec()), &["query"])?,
            errors: IntCounterVec::new(errors, &["query"])?,
            found: Histogram::with_opts(found.buckets(PLACES.to_vec()))?,
            schema: SchemaCollector::new()?,
        })
    }
}

/// Looks at the pools whenever the metrics are gathered.
#[derive(Clone)]
struct PoolCollector {
    pools: Pools,
    limit: IntGaugeVec,
    size: IntGaugeVec,
    in_use: IntGaugeVec,
}

impl PoolCollector {
    fn new(pools: &Pools) -> prometheus::Result<PoolCollector> {
        let gauge = |name: &str, help: &str| IntGaugeVec::new(Opts::new(name, help), &["pool"]);
        Ok(PoolCollector {
            pools: pools.clone(),
            limit: gauge("db_pool_limit", "The most connections that may be open.")?,
            size: gauge("db_pool_size", "Open connections.")?,
            in_use: gauge("db_pool_in_use", "Connections that queries have now.")?,
        })
    }

    fn gauges(&self) -> [&IntGaugeVec; 3] {
        [&self.limit, &self.size, &self.in_use]
    }
}

impl Collector for PoolCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges()
            .into_iter()
            .flat_map(Collector::desc)
            .collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for state in self.pools.states() {
            let numbers = [state.limit, state.size, state.in_use];
            for (gauge, number) in self.gauges().into_iter().zip(numbers) {
                gauge.with_label_values(&[state.pool]).set(number.into());
            }
        }
        self.gauges()
            .into_iter()
            .flat_map(Collector::collect)
            .collect()
    }
}
