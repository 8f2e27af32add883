//! The search at 100,000 places against its obvious form, `GROUP BY … HAVING`, on the same PostgreSQL in the same run.
//!
//! `cargo bench --package hbnb-domain --bench search`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use std::time::{Duration, Instant};

use domain::testing::each_engine;
use domain::{Amenity, Id, Page, PlaceSearch, Pools, State, Store, demo};

const PLACES: u32 = 100_000;
const ALL: u32 = 1_000_000;
/// What the ratio must reach.
const GOAL: f64 = 5.0;

const GROUP_BY: &str = "SELECT p.* FROM places p
    WHERE p.city_id IN (SELECT id FROM cities WHERE state_id = $1)
      AND p.id IN (SELECT place_id FROM place_amenity WHERE amenity_id = ANY ($2)
                   GROUP BY place_id HAVING count(*) = cardinality($2))
    ORDER BY p.id";

fn main() {
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return;
    };
    let started = rig::Postgres::available().and_then(|()| {
        rig::Postgres::start(rig::Options::default()).map_err(|error| error.to_string())
    });
    match started {
        Ok(postgres) => runtime.block_on(each_engine(Some(postgres.url()), compare)),
        Err(why) => rig::skipped("the search against GROUP BY", &why),
    }
}

async fn compare(store: Store) {
    let Pools::Postgres(pool) = store.pools() else {
        return;
    };
    println!("filling PostgreSQL with {PLACES} places …");
    demo::fill(&store, PLACES, &mut |_, _| {}).await.unwrap();
    sqlx::query("ANALYZE").execute(pool).await.unwrap();
    let states = State::list(&store, &Page::first(ALL)).await.unwrap();
    let amenities = Amenity::list(&store, &Page::first(3)).await.unwrap();
    let amenities: Vec<Id> = amenities.iter().map(|amenity| amenity.id).collect();
    let names: Vec<String> = amenities.iter().map(Id::to_string).collect();

    let (mut ours, mut theirs, mut found) = (Duration::ZERO, Duration::ZERO, 0);
    for state in &states {
        let search = PlaceSearch::new(&[state.id.to_string()], &[], &names);
        let begun = Instant::now();
        let places = search.run(&store, &Page::first(ALL)).await.unwrap();
        ours += begun.elapsed();
        let begun = Instant::now();
        let query = sqlx::query(GROUP_BY).bind(state.id).bind(&amenities);
        let rows = query.fetch_all(pool).await.unwrap();
        theirs += begun.elapsed();
        assert_eq!(rows.len(), places.len(), "both forms find the same");
        found += rows.len();
    }
    let searches = u32::try_from(states.len()).unwrap();
    println!(
        "{searches} searches, each in one state for three amenities, find {found} of {PLACES} places:"
    );
    report(ours / searches, theirs / searches);
}

fn report(ours: Duration, theirs: Duration) {
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "  ours {ours:.2?} on average, GROUP BY {theirs:.2?}: {ratio:.1} times faster (goal {GOAL})"
    );
    assert!(ratio >= GOAL, "the search lost its speed");
}
