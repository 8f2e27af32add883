//! The search for places.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::id::IdList;
use crate::metrics::Meter;
use crate::store::{Engine, Held, Store};
use crate::{Id, Page, Place, Result};

/// What to look for: places in any of the states or cities, each place once, that have all of the amenities.
///
/// Without a state or city it looks everywhere; without an amenity it takes every place it finds there.
#[derive(Clone)]
pub struct PlaceSearch {
    /// Where; `None` for everywhere.
    scope: Option<Scope>,
    amenities: Vec<Id>,
    /// An amenity was asked for that no place can have.
    impossible: bool,
    found: Arc<Found>,
}

/// Counts the places of one search over all its pages, and tells the metrics once nobody goes on with it.
#[derive(Default)]
struct Found {
    places: AtomicU64,
    meter: OnceLock<Meter>,
}

impl Drop for Found {
    fn drop(&mut self) {
        if let Some(meter) = self.meter.get() {
            meter.found(*self.places.get_mut());
        }
    }
}

#[derive(Clone)]
struct Scope {
    states: Vec<Id>,
    cities: Vec<Id>,
}

impl PlaceSearch {
    /// A search by ids as clients give them. Repeated ones change nothing. A text that is no id matches nothing: as a
    /// state or city it brings no place, as an amenity it leaves none.
    pub fn new(states: &[String], cities: &[String], amenities: &[String]) -> PlaceSearch {
        let anywhere = states.is_empty() && cities.is_empty();
        let scope = (!anywhere).then(|| Scope {
            states: ids(states),
            cities: ids(cities),
        });
        let known = ids(amenities);
        let impossible = amenities.iter().any(|text| text.parse::<Id>().is_err());
        PlaceSearch {
            scope,
            amenities: known,
            impossible,
            found: Arc::default(),
        }
    }

    /// A page of the places found.
    pub async fn run(&self, store: &Store, page: Page) -> Result<Vec<Place>> {
        let places = self.places(store, page).await?;
        self.found.meter.get_or_init(|| store.meter().clone());
        self.found.places.fetch_add(places.len() as u64, Relaxed);
        Ok(places)
    }

    async fn places(&self, store: &Store, page: Page) -> Result<Vec<Place>> {
        let nowhere = self
            .scope
            .as_ref()
            .is_some_and(|s| s.states.is_empty() && s.cities.is_empty());
        if nowhere || self.impossible {
            return Ok(Vec::new());
        }
        let Held { engine, query } = &mut store.read("place.search").await?;
        Ok(match engine {
            Engine::Postgres(c) => {
                let mut search = self.query(&POSTGRES, page);
                query
                    .runs(search.build_query_as().fetch_all(&mut **c))
                    .await?
            }
            Engine::Sqlite(c) => {
                let mut search = self.query(&SQLITE, page);
                query
                    .runs(search.build_query_as().fetch_all(&mut **c))
                    .await?
            }
        })
    }

    /// One query, whose text depends only on which of the two filters are there.
    fn query<'a, DB: Database>(&'a self, words: &Words, page: Page) -> QueryBuilder<'a, DB>
    where
        IdList<'a>: Encode<'a, DB> + Type<DB>,
        Id: Encode<'a, DB> + Type<DB>,
        i64: Encode<'a, DB> + Type<DB>,
    {
        let mut query = QueryBuilder::new(
            "SELECT p.id, p.created_at, p.updated_at, p.city_id, p.user_id, p.name, p.description, p.number_rooms,
                p.number_bathrooms, p.max_guest, p.price_by_night, p.latitude, p.longitude
             FROM places p WHERE p.id >= ",
        );
        query.push_bind(page.from);
        if let Some(Scope { states, cities }) = &self.scope {
            let [before, between, after] = words.scope;
            query
                .push(before)
                .push_bind(IdList(states))
                .push(between)
                .push_bind(IdList(cities))
                .push(after);
        }
        if !self.amenities.is_empty() {
            query
                .push(words.has)
                .push_bind(IdList(&self.amenities))
                .push(words.has_end);
            if words.counts {
                query.push_bind(self.amenities.len() as i64);
            }
        }
        query
            .push(" ORDER BY p.id LIMIT ")
            .push_bind(i64::from(page.limit));
        query
    }
}

/// The text around the parameters.
///
/// The cities come first and each of their places is tested by itself: at 100,000 places a `GROUP BY … HAVING` over all
/// links took some ten times as long.
struct Words {
    /// Around the states and the cities.
    scope: [&'static str; 3],
    /// Around the amenities.
    has: &'static str,
    has_end: &'static str,
    /// Whether the number of amenities follows.
    counts: bool,
}

/// The array makes the planner look the cities up once and go by the index on them. `coalesce` hides the test of the
/// amenities from its statistics, which take it for so rare that it would sort all places instead of walking them.
const POSTGRES: Words = Words {
    scope: [
        " AND p.city_id = ANY (ARRAY(SELECT id FROM cities WHERE state_id = ANY (",
        ") UNION SELECT id FROM cities WHERE id = ANY (",
        ")))",
    ],
    has: " AND coalesce(ARRAY(SELECT l.amenity_id FROM place_amenity l WHERE l.place_id = p.id) @> ",
    has_end: ", false)",
    counts: false,
};

/// The plus keeps `IN` off the index: SQLite would look up every id of the list for every place, and a request may name
/// tens of thousands.
const SQLITE: Words = Words {
    scope: [
        " AND p.city_id IN (SELECT id FROM cities WHERE state_id IN (SELECT value FROM json_each(",
        ")) UNION SELECT id FROM cities WHERE id IN (SELECT value FROM json_each(",
        ")))",
    ],
    has: " AND (SELECT count(*) FROM place_amenity l WHERE l.place_id = p.id
            AND +l.amenity_id IN (SELECT value FROM json_each(",
    has_end: "))) = ",
    counts: true,
};

fn ids(texts: &[String]) -> Vec<Id> {
    let mut ids: Vec<Id> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use sqlx::{Row, Sqlite};
    use tempfile::TempDir;

    use super::*;
    use crate::{Options, Pools};

    /// A request may name tens of thousands of amenities: SQLite must not look each of them up for each place.
    #[tokio::test]
    async fn the_list_of_amenities_is_gone_through_once() {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("plan.db").display());
        let store = Store::open(&Options::new(url)).await.unwrap();
        store.migrate().await.unwrap();
        let Pools::Sqlite { readers, .. } = store.pools() else {
            unreachable!("a SQLite URL")
        };
        let search = PlaceSearch::new(&[], &[], &[Id::random().to_string()]);
        let query = search.query::<Sqlite>(&SQLITE, Page::first(1));
        let explain = format!("EXPLAIN QUERY PLAN {}", query.sql());
        let plan = sqlx::query(&explain).fetch_all(readers).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let links = steps
            .iter()
            .find(|step| step.contains("SEARCH l "))
            .unwrap();
        assert!(links.ends_with("(place_id=?)"), "{steps:#?}");
        store.close().await;
    }
}
