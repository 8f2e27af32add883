//! The search for places.

mod scope;
mod words;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use sqlx::{Database, Encode, QueryBuilder, Type};
use tokio::sync::OnceCell;

use crate::id::IdList;
use crate::metrics::Meter;
use crate::page::Order;
use crate::store::{Engine, Held, Store};
use crate::{Id, Page, Place, Result, Timestamp, place};

use scope::Scope;
use words::{POSTGRES, SQLITE, Words};

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
    course: Arc<Course>,
}

/// What is known of one search over all its pages. Its places are counted, and the metrics told once nobody goes on with
/// it.
#[derive(Default)]
struct Course {
    found: AtomicU64,
    meter: OnceLock<Meter>,
    /// Whether there are many places in the scope, once that has been asked.
    many: OnceCell<bool>,
}

impl Drop for Course {
    fn drop(&mut self) {
        if let Some(meter) = self.meter.get() {
            meter.found(*self.found.get_mut());
        }
    }
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
            course: Arc::default(),
        }
    }

    /// A page of the places found.
    pub async fn run(&self, store: &Store, page: &Page) -> Result<Vec<Place>> {
        let places = self.places(store, page).await?;
        self.course.meter.get_or_init(|| store.meter().clone());
        let found = places.len() as u64;
        self.course.found.fetch_add(found, Relaxed);
        Ok(places)
    }

    async fn places(&self, store: &Store, page: &Page) -> Result<Vec<Place>> {
        if self.scope.as_ref().is_some_and(Scope::is_nowhere) || self.impossible {
            return Ok(Vec::new());
        }
        let walk = self.is_walk(store, page).await?;
        let Held { engine, query, .. } = &mut store.read("place.search").await?;
        Ok(match engine {
            Engine::Postgres(c) => {
                let mut search = self.query(&POSTGRES, walk, page);
                query
                    .runs(search.build_query_as().fetch_all(&mut **c))
                    .await?
            }
            Engine::Sqlite(c) => {
                let mut search = self.query(&SQLITE, walk, page);
                query
                    .runs(search.build_query_as().fetch_all(&mut **c))
                    .await?
            }
        })
    }

    /// Whether to go through all places in the page's order. To go by the cities is to sort all that is in the scope.
    async fn is_walk(&self, store: &Store, page: &Page) -> Result<bool> {
        match &self.scope {
            Some(scope) if matches!(page.order, Order::Name(_)) => {
                let many = self.course.many.get_or_try_init(|| scope.has_many(store));
                Ok(*many.await?)
            }
            _ => Ok(false),
        }
    }

    /// One query, whose text depends only on the page's order and on which of the two filters are there.
    fn query<'a, DB: Database>(
        &'a self,
        words: &Words,
        walk: bool,
        page: &'a Page,
    ) -> QueryBuilder<'a, DB>
    where
        IdList<'a>: Encode<'a, DB> + Type<DB>,
        Id: Encode<'a, DB> + Type<DB>,
        Timestamp: Encode<'a, DB> + Type<DB>,
        &'a str: Encode<'a, DB> + Type<DB>,
        i64: Encode<'a, DB> + Type<DB>,
    {
        let mut query = QueryBuilder::new(place::SELECT);
        query.push(" p WHERE true");
        if let Some(scope) = &self.scope {
            scope.push(&mut query, if walk { words.walk } else { words.gather });
        }
        if !self.amenities.is_empty() {
            let [before, after] = words.has;
            query
                .push(before)
                .push_bind(IdList(&self.amenities))
                .push(after);
            if words.counts {
                query.push_bind(self.amenities.len() as i64);
            }
        }
        page.push(&mut query, " AND ");
        query
    }
}

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

    /// The steps that SQLite takes for a search.
    async fn plan(search: &PlaceSearch, walk: bool, order: Order) -> Vec<String> {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("plan.db").display());
        let store = Store::open(&Options::new(url)).await.unwrap();
        store.migrate().await.unwrap();
        let Pools::Sqlite { readers, .. } = store.pools() else {
            unreachable!("a SQLite URL")
        };
        let page = Page { order, limit: 1 };
        let query = search.query::<Sqlite>(&SQLITE, walk, &page);
        let explain = format!("EXPLAIN QUERY PLAN {}", query.sql());
        let plan = sqlx::query(&explain).fetch_all(readers).await.unwrap();
        store.close().await;
        plan.iter().map(|row| row.get("detail")).collect()
    }

    fn some() -> Vec<String> {
        vec![Id::random().to_string()]
    }

    /// A request may name tens of thousands of amenities: SQLite must not look each of them up for each place.
    #[tokio::test]
    async fn the_list_of_amenities_is_gone_through_once() {
        let search = PlaceSearch::new(&[], &[], &some());
        let steps = plan(&search, false, Order::Id(None)).await;
        let links = steps
            .iter()
            .find(|step| step.contains("SEARCH l "))
            .unwrap();
        assert!(links.ends_with("(place_id=?)"), "{steps:#?}");
    }

    #[tokio::test]
    async fn many_places_are_walked_and_few_are_sorted() {
        let search = PlaceSearch::new(&some(), &some(), &some());
        let order = || Order::Name(Some(("x".into(), Id::MIN)));
        for (walk, first) in [
            (true, "SEARCH p USING INDEX places_name ((name,id)>(?,?))"),
            (
                false,
                "SEARCH p USING INDEX places_city_name (city_id=? AND (name,id)>(?,?))",
            ),
        ] {
            let steps = plan(&search, walk, order()).await;
            assert_eq!(steps[0], first, "{steps:#?}");
            let sorts = steps.iter().any(|step| step.ends_with("FOR ORDER BY"));
            assert_eq!(sorts, !walk, "{steps:#?}");
        }
    }
}
