//! States.

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{SHORT, check, check_some};
use crate::store::{Store, on_engine};
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
        store
            .find(
                "state.find",
                "SELECT id, created_at, updated_at, name FROM states WHERE id = $1",
                id,
            )
            .await
    }

    /// A page of all states.
    pub async fn list(store: &Store, page: Page) -> Result<Vec<State>> {
        let sql = "SELECT id, created_at, updated_at, name FROM states WHERE id >= $1 ORDER BY id LIMIT $2";
        store.list("state.list", sql, page).await
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
