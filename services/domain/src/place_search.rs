//! The search for places.

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::id::IdList;
use crate::store::{Engine, Store};
use crate::{Id, Page, Place, Result};

/// What to look for: places in any of the states or cities, each place once, that have all of the amenities.
///
/// Without a state or city it looks everywhere; without an amenity it takes every place it finds there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceSearch {
    /// Where; `None` for everywhere.
    scope: Option<Scope>,
    amenities: Vec<Id>,
    /// An amenity was asked for that no place can have.
    impossible: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
        }
    }

    /// A page of the places found.
    pub async fn run(&self, store: &Store, page: Page) -> Result<Vec<Place>> {
        let nowhere = self
            .scope
            .as_ref()
            .is_some_and(|s| s.states.is_empty() && s.cities.is_empty());
        if nowhere || self.impossible {
            return Ok(Vec::new());
        }
        let mut connection = store.read("place.search").await?;
        Ok(match &mut connection {
            Engine::Postgres(c) => {
                self.query(&POSTGRES, page)
                    .build_query_as()
                    .fetch_all(&mut **c)
                    .await?
            }
            Engine::Sqlite(c) => {
                self.query(&SQLITE, page)
                    .build_query_as()
                    .fetch_all(&mut **c)
                    .await?
            }
        })
    }

    /// One query, whose text depends only on which of the two filters are there.
    ///
    /// The cities come first and each amenity is tested by itself: at 100,000 places a `GROUP BY … HAVING` over the links
    /// took 18 times as long. The double negation says "has all of them" for a list of any length, and stops at the
    /// first that a place lacks.
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
            query
                .push(" AND p.city_id IN (SELECT id FROM cities WHERE state_id")
                .push(words.in_list);
            query.push_bind(IdList(states)).push(words.end);
            query
                .push(" UNION SELECT id FROM cities WHERE id")
                .push(words.in_list);
            query.push_bind(IdList(cities)).push(words.end).push(")");
        }
        if !self.amenities.is_empty() {
            query
                .push(" AND NOT EXISTS (SELECT 1 FROM ")
                .push(words.each);
            query.push_bind(IdList(&self.amenities)).push(words.end);
            query.push(
                " AS wanted (id) WHERE NOT EXISTS (SELECT 1 FROM place_amenity l
                    WHERE l.place_id = p.id AND l.amenity_id = wanted.id))",
            );
        }
        query
            .push(" ORDER BY p.id LIMIT ")
            .push_bind(i64::from(page.limit));
        query
    }
}

/// Where the engines differ: how a list parameter is used.
struct Words {
    in_list: &'static str,
    each: &'static str,
    end: &'static str,
}

const POSTGRES: Words = Words {
    in_list: " = ANY (",
    each: "unnest(",
    end: ")",
};
const SQLITE: Words = Words {
    in_list: " IN (SELECT value FROM json_each(",
    each: "(SELECT value AS id FROM json_each(",
    end: "))",
};

fn ids(texts: &[String]) -> Vec<Id> {
    let mut ids: Vec<Id> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
