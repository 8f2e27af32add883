//! What is measured of the connections and the queries, and what they do in trouble.

use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use domain::{Amenity, Error, Id, Page, PlaceSearch, Pools, State, Store, demo};
use prometheus::{Registry, TextEncoder};
use tokio::time::timeout;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::each_engine;

/// The value of a line of the metrics, such as `db_pool_size{pool="postgres"}`.
pub(crate) fn value(registry: &Registry, series: &str) -> Option<f64> {
    let text = TextEncoder::new()
        .encode_to_string(&registry.gather())
        .unwrap();
    let line = text.lines().find(|line| line.starts_with(series))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn metered(store: &Store) -> Registry {
    let registry = Registry::new();
    store.meter().register(&registry).unwrap();
    registry
}

fn writing(store: &Store) -> &'static str {
    match store.pools() {
        Pools::Postgres(_) => "postgres",
        Pools::Sqlite { .. } => "sqlite_writer",
    }
}

#[tokio::test]
async fn a_query_counts_under_its_name() {
    each_engine(|store| async move {
        let registry = metered(&store);
        let count = r#"db_query_duration_seconds_count{query="state.find"}"#;
        assert_eq!(value(&registry, count), None);
        State::find(&store, Id::random()).await.unwrap();
        State::find(&store, Id::random()).await.unwrap();
        assert_eq!(value(&registry, count), Some(2.0));
        let errors = r#"db_query_errors_total{query="state.find"}"#;
        assert_eq!(value(&registry, errors), None);
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_a_connection_is_seen() {
    each_engine(|store| async move {
        let registry = metered(&store);
        let pool = writing(&store);
        let figure = |name: &str| value(&registry, &format!("{name}{{pool=\"{pool}\"}}")).unwrap();
        let held: Vec<Box<dyn Send>> = match store.pools() {
            Pools::Postgres(pool) => {
                let mut all: Vec<Box<dyn Send>> = Vec::new();
                for _ in 0..pool.options().get_max_connections() {
                    all.push(Box::new(pool.acquire().await.unwrap()));
                }
                all
            }
            Pools::Sqlite { writer, .. } => vec![Box::new(writer.acquire().await.unwrap())],
        };
        assert_eq!(figure("db_pool_in_use"), figure("db_pool_limit"));
        assert_eq!(figure("db_pool_size"), figure("db_pool_limit"));
        let waited = figure("db_pool_acquire_duration_seconds_count");
        let writes = store.clone();
        let write = tokio::spawn(async move { State::create(&writes, "Utah".into()).await });
        let seen = async {
            while figure("db_pool_waiters") == 0.0 {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), seen).await.unwrap();
        drop(held);
        write.await.unwrap().unwrap();
        assert_eq!(figure("db_pool_waiters"), 0.0);
        assert_eq!(
            figure("db_pool_acquire_duration_seconds_count"),
            waited + 1.0
        );
    })
    .await;
}

#[tokio::test]
async fn a_search_counts_once_with_all_its_pages() {
    each_engine(|store| async move {
        demo::fill(&store, 30, &mut |_, _| {}).await.unwrap();
        let registry = metered(&store);
        let search = PlaceSearch::new(&[], &[], &[]);
        let first = search.run(&store, &Page::first(20)).await.unwrap();
        let next = Page::after(first.last().unwrap().id, 20);
        let rest = search.clone().run(&store, &next).await.unwrap();
        assert_eq!(value(&registry, "place_search_results_count"), Some(0.0));
        drop(search);
        assert_eq!(value(&registry, "place_search_results_count"), Some(1.0));
        let places = (first.len() + rest.len()) as f64;
        assert_eq!(value(&registry, "place_search_results_sum"), Some(places));
    })
    .await;
}

#[tokio::test]
async fn a_lost_database_fails_every_query_until_it_is_found_again() {
    each_engine(|store| async move {
        let registry = metered(&store);
        store.faults().lose(true);
        let error = store.ping().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        let errors = value(&registry, r#"db_query_errors_total{query="ping"}"#);
        assert_eq!(errors, Some(1.0));
        store.faults().lose(false);
        store.ping().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_slow_database_answers_late() {
    each_engine(|store| async move {
        let registry = metered(&store);
        store.faults().slow(Some(Duration::from_millis(30)));
        store.ping().await.unwrap();
        let sum = r#"db_query_duration_seconds_sum{query="ping"}"#;
        assert!(value(&registry, sum).unwrap() >= 0.03);
        store.faults().slow(None);
        store.ping().await.unwrap();
        assert!(value(&registry, sum).unwrap() < 10.0);
    })
    .await;
}

/// While there is one subscriber only, tracing asks the thread that is the first at a span or event whether somebody wants it,
/// and keeps the answer for all threads; that one may have no subscriber.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// Writes down the spans of queries, field by field.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == "db"
    }
    fn new_span(&self, span: &Attributes<'_>) -> tracing::Id {
        span.record(&mut Fields(&mut self.0.lock().unwrap()));
        tracing::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &tracing::Id) {}
    fn exit(&self, _: &tracing::Id) {}
}

#[tokio::test]
async fn a_span_has_the_name_of_its_query_and_no_value() {
    each_engine(|store| async move {
        LazyLock::force(&ANOTHER);
        let spans = Spans::default();
        let _guard = tracing::subscriber::set_default(spans.clone());
        let amenity = Amenity::create(&store, "hidden pool".into()).await.unwrap();
        Amenity::find(&store, amenity.id).await.unwrap();
        store.faults().lose(true);
        store.ping().await.unwrap_err();
        store.faults().lose(false);
        let told = spans.0.lock().unwrap().clone();
        let system = match store.pools() {
            Pools::Postgres(_) => "postgresql",
            Pools::Sqlite { .. } => "sqlite",
        };
        let find = format!(
            r#"otel.name="amenity.find" otel.kind="client" db.system.name="{system}" db.query.summary="amenity.find""#
        );
        assert!(told.contains(&find), "{told}");
        assert!(!told.contains("hidden"), "{told}");
        assert!(!told.contains(&amenity.id.to_string()), "{told}");
        assert!(!told.contains("SELECT"), "{told}");
    })
    .await;
}
