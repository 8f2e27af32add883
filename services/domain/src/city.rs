//! Cities.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{SHORT, check, check_some};
use crate::store::{Lists, Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// A city of a state; its places go with it.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct City {
    pub created_at: Timestamp,
    pub id: Id,
    /// At most 128 characters.
    pub name: String,
    pub state_id: Id,
    pub updated_at: Timestamp,
}

/// All that is read of cities.
pub(crate) const SELECT: &str = "SELECT id, created_at, updated_at, name, state_id FROM cities";

impl City {
    /// Makes a city in a state; [`MissingReference`](crate::Error::MissingReference) when there is no such state.
    pub async fn create(store: &Store, state_id: Id, name: String) -> Result<City> {
        check("name", &name, SHORT)?;
        let id = Id::random();
        let city = City {
            created_at: Timestamp::now(),
            id,
            name,
            state_id,
            updated_at: Timestamp::now(),
        };
        let mut connection = store.write("city.create").await?;
        on_engine!(connection, |c| {
            sqlx::query("INSERT INTO cities (id, created_at, updated_at, name, state_id) VALUES ($1, $2, $3, $4, $5)")
                .bind(city.id)
                .bind(city.created_at)
                .bind(city.updated_at)
                .bind(&city.name)
                .bind(city.state_id)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(city)
    }

    /// The city with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<City>> {
        store.find("city.find", SELECT, id).await
    }

    /// A page of the cities of one state; by id or by name.
    pub async fn list_of_state(store: &Store, state: Id, page: &Page) -> Result<Vec<City>> {
        let of = ("state_id", state);
        store.list_of("city.list_of_state", SELECT, of, page).await
    }

    /// The cities with these ids, by id; those that are not there are left out.
    pub async fn find_all(store: &Store, ids: &[Id]) -> Result<HashMap<Id, City>> {
        let cities = store.find_all("city.find_all", SELECT, ids).await?;
        Ok(cities
            .into_iter()
            .map(|city: City| (city.id, city))
            .collect())
    }

    /// The cities of these states, by name; no more than `most` in all.
    pub async fn of_states(store: &Store, states: &[Id], most: Option<u32>) -> Result<Lists<City>> {
        let sql =
            "SELECT state_id AS belongs_to, id, created_at, updated_at, name, state_id FROM cities
                   WHERE state_id IN ($1) ORDER BY state_id, name, id";
        store.find_lists("city.of_states", sql, states, most).await
    }

    /// Sets what is given and moves `updated_at`; none when there is no such city.
    pub async fn update(store: &Store, id: Id, name: Option<String>) -> Result<Option<City>> {
        check_some("name", name.as_deref(), SHORT)?;
        let sql = "UPDATE cities SET name = COALESCE($2, name), updated_at = $3 WHERE id = $1
                   RETURNING id, created_at, updated_at, name, state_id";
        store.set_text("city.update", sql, id, name).await
    }

    /// Deletes the city with its places and all that belongs to those; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("city.delete", "DELETE FROM cities WHERE id = $1", id)
            .await
    }
}
