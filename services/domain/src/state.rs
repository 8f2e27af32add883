//! States.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{SHORT, check, check_some};
use crate::store::{Belonging, Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// A state; its cities go with it.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct State {
    pub created_at: Timestamp,
    pub id: Id,
    /// At most 128 characters.
    pub name: String,
    pub updated_at: Timestamp,
}

/// All that is read of states.
pub(crate) const SELECT: &str = "SELECT id, created_at, updated_at, name FROM states";

impl State {
    /// Makes a state.
    pub async fn create(store: &Store, name: String) -> Result<State> {
        check("name", &name, SHORT)?;
        let id = Id::random();
        let state = State {
            created_at: Timestamp::now(),
            id,
            name,
            updated_at: Timestamp::now(),
        };
        let mut connection = store.write("state.create").await?;
        on_engine!(connection, |c| {
            sqlx::query(
                "INSERT INTO states (id, created_at, updated_at, name) VALUES ($1, $2, $3, $4)",
            )
            .bind(state.id)
            .bind(state.created_at)
            .bind(state.updated_at)
            .bind(&state.name)
            .execute(c)
            .await
            .map(drop)
        })?;
        Ok(state)
    }

    /// The state with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<State>> {
        store.find("state.find", SELECT, id).await
    }

    /// A page of all states; by id or by name.
    pub async fn list(store: &Store, page: &Page) -> Result<Vec<State>> {
        store.list("state.list", SELECT, page).await
    }

    /// The states of these cities, by city.
    pub async fn of_cities(store: &Store, cities: &[Id]) -> Result<HashMap<Id, State>> {
        let sql = "SELECT c.id AS belongs_to, s.id, s.created_at, s.updated_at, s.name
                   FROM cities c JOIN states s ON s.id = c.state_id WHERE c.id IN ($1)";
        let rows = store.find_by("state.of_cities", sql, cities).await?;
        Ok(Belonging::single(rows))
    }

    /// Sets what is given and moves `updated_at`; none when there is no such state.
    pub async fn update(store: &Store, id: Id, name: Option<String>) -> Result<Option<State>> {
        check_some("name", name.as_deref(), SHORT)?;
        let sql = "UPDATE states SET name = COALESCE($2, name), updated_at = $3 WHERE id = $1
                   RETURNING id, created_at, updated_at, name";
        store.set_text("state.update", sql, id, name).await
    }

    /// Deletes the state with its cities, their places and all that belongs to those; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("state.delete", "DELETE FROM states WHERE id = $1", id)
            .await
    }
}
