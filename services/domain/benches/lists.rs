//! Walks through 100,000 places by name, in slices as the API reads them, against the walk by id in the same run.
//!
//! `cargo bench --package hbnb-domain --bench lists`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use std::time::{Duration, Instant};

use domain::testing::each_engine;
use domain::{Amenity, Id, Order, Page, PlaceSearch, Pools, State, Store, demo};

const PLACES: u32 = 100_000;
const SLICE: u32 = 500;
/// How many times as long as by id a walk through all places by name may take.
const MOST: f64 = 5.0;

fn main() {
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return;
    };
    let started = rig::Postgres::available().and_then(|()| {
        rig::Postgres::start(rig::Options::default()).map_err(|error| error.to_string())
    });
    let postgres = started
        .inspect_err(|why| rig::skipped("lists by name on PostgreSQL", why))
        .ok();
    let server = postgres.as_ref().map(rig::Postgres::url);
    runtime.block_on(each_engine(server, measure));
}

async fn measure(store: Store) {
    println!("filling {} with {PLACES} places …", store.engine());
    demo::fill(&store, PLACES, &mut |_, _| {}).await.unwrap();
    if let Pools::Postgres(pool) = store.pools() {
        sqlx::query("ANALYZE").execute(pool).await.unwrap();
    }
    let page = Page::first(1_000);
    let states = State::list(&store, &page).await.unwrap();
    let states: Vec<Id> = states.iter().map(|state| state.id).collect();
    let amenities = Amenity::list(&store, &page).await.unwrap();
    let amenities: Vec<Id> = amenities.iter().map(|amenity| amenity.id).collect();
    let (half, one) = (&states[..states.len() / 2], &states[9..10]);
    let by_id = walk(&store, "all, by id", Order::Id(None), (&[], &[])).await;
    let named = || Order::Name(None);
    let by_name = walk(&store, "all, by name", named(), (&[], &[])).await;
    walk(&store, "half of the states, by name", named(), (half, &[])).await;
    walk(
        &store,
        "half of the states, by id",
        Order::Id(None),
        (half, &[]),
    )
    .await;
    walk(&store, "one state, by name", named(), (one, &[])).await;
    let some = &amenities[..3];
    walk(&store, "three amenities, by name", named(), (&[], some)).await;
    walk(&store, "both, by name", named(), (half, some)).await;
    let ratio = by_name.as_secs_f64() / by_id.as_secs_f64();
    println!("  by name {ratio:.1} times as long as by id (at most {MOST})");
    assert!(ratio <= MOST, "a list by name is sorted again and again");
}

/// Reads all that a search in these states for these amenities finds.
async fn walk(
    store: &Store,
    what: &str,
    start: Order,
    (states, amenities): (&[Id], &[Id]),
) -> Duration {
    let texts = |ids: &[Id]| ids.iter().map(Id::to_string).collect::<Vec<_>>();
    let search = PlaceSearch::new(&texts(states), &[], &texts(amenities));
    let (begun, mut found, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    let mut next = Some(start);
    while let Some(order) = next {
        let asked = Instant::now();
        let page = Page {
            order,
            limit: SLICE,
        };
        let places = search.run(store, &page).await.unwrap();
        slowest = slowest.max(asked.elapsed());
        found += places.len();
        next = places.last().map(|last| match page.order {
            Order::Name(_) => Order::Name(Some((last.name.clone(), last.id))),
            _ => Order::Id(Some(last.id)),
        });
    }
    let took = begun.elapsed();
    println!("  {what}: {found} places in {took:.2?}, the slowest slice in {slowest:.2?}");
    took
}
