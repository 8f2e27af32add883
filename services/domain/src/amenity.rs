//! Amenities.

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{SHORT, check, check_some};
use crate::store::{Lists, Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// An amenity that places may have.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct Amenity {
    pub created_at: Timestamp,
    pub id: Id,
    /// At most 128 characters.
    pub name: String,
    pub updated_at: Timestamp,
}

/// All that is read of amenities.
pub(crate) const SELECT: &str = "SELECT id, created_at, updated_at, name FROM amenities";

impl Amenity {
    /// Makes an amenity.
    pub async fn create(store: &Store, name: String) -> Result<Amenity> {
        check("name", &name, SHORT)?;
        let id = Id::random();
        let amenity = Amenity {
            created_at: Timestamp::now(),
            id,
            name,
            updated_at: Timestamp::now(),
        };
        let mut connection = store.write("amenity.create").await?;
        on_engine!(connection, |c| {
            sqlx::query(
                "INSERT INTO amenities (id, created_at, updated_at, name) VALUES ($1, $2, $3, $4)",
            )
            .bind(amenity.id)
            .bind(amenity.created_at)
            .bind(amenity.updated_at)
            .bind(&amenity.name)
            .execute(c)
            .await
            .map(drop)
        })?;
        Ok(amenity)
    }

    /// The amenity with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<Amenity>> {
        store.find("amenity.find", SELECT, id).await
    }

    /// A page of all amenities; by id or by name.
    pub async fn list(store: &Store, page: &Page) -> Result<Vec<Amenity>> {
        store.list("amenity.list", SELECT, page).await
    }

    /// A page of the amenities of one place; by id or by name.
    pub async fn list_of_place(store: &Store, place: Id, page: &Page) -> Result<Vec<Amenity>> {
        let select = "SELECT a.id, a.created_at, a.updated_at, a.name
                      FROM place_amenity l JOIN amenities a ON a.id = l.amenity_id";
        let of = ("l.place_id", place);
        store
            .list_of("amenity.list_of_place", select, of, page)
            .await
    }

    /// The amenities of these places, by name; no more than `most` in all.
    pub async fn of_places(
        store: &Store,
        places: &[Id],
        most: Option<u32>,
    ) -> Result<Lists<Amenity>> {
        let sql = "SELECT l.place_id AS belongs_to, a.id, a.created_at, a.updated_at, a.name
                   FROM place_amenity l JOIN amenities a ON a.id = l.amenity_id
                   WHERE l.place_id IN ($1) ORDER BY l.place_id, a.name, a.id";
        store
            .find_lists("amenity.of_places", sql, places, most)
            .await
    }

    /// Sets what is given and moves `updated_at`; none when there is no such amenity.
    pub async fn update(store: &Store, id: Id, name: Option<String>) -> Result<Option<Amenity>> {
        check_some("name", name.as_deref(), SHORT)?;
        let sql = "UPDATE amenities SET name = COALESCE($2, name), updated_at = $3 WHERE id = $1
                   RETURNING id, created_at, updated_at, name";
        store.set_text("amenity.update", sql, id, name).await
    }

    /// Deletes the amenity; places that have it stay, without it. Tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("amenity.delete", "DELETE FROM amenities WHERE id = $1", id)
            .await
    }
}
