//! Reviews.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{LONG, check, check_some};
use crate::store::{Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// What a user says of a place.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct Review {
    pub created_at: Timestamp,
    pub id: Id,
    pub place_id: Id,
    /// At most 1,024 characters.
    pub text: String,
    pub updated_at: Timestamp,
    pub user_id: Id,
}

/// All that is read of reviews.
pub(crate) const SELECT: &str =
    "SELECT id, created_at, updated_at, place_id, user_id, text FROM reviews";

impl Review {
    /// Makes a review; [`MissingReference`](crate::Error::MissingReference) when the place or the user is not there.
    pub async fn create(store: &Store, place_id: Id, user_id: Id, text: String) -> Result<Review> {
        check("text", &text, LONG)?;
        let (created_at, updated_at) = (Timestamp::now(), Timestamp::now());
        let review = Review {
            created_at,
            id: Id::random(),
            place_id,
            text,
            updated_at,
            user_id,
        };
        let sql = "INSERT INTO reviews (id, created_at, updated_at, place_id, user_id, text)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let mut connection = store.write("review.create").await?;
        on_engine!(connection, |c| {
            sqlx::query(sql)
                .bind(review.id)
                .bind(review.created_at)
                .bind(review.updated_at)
                .bind(review.place_id)
                .bind(review.user_id)
                .bind(&review.text)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(review)
    }

    /// The review with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<Review>> {
        store.find("review.find", SELECT, id).await
    }

    /// A page of the reviews of one place; by id or the newest first.
    pub async fn list_of_place(store: &Store, place: Id, page: &Page) -> Result<Vec<Review>> {
        let of = ("place_id", place);
        store
            .list_of("review.list_of_place", SELECT, of, page)
            .await
    }

    /// How many reviews these places have, by place; those with none are not there.
    pub async fn count_by_place(store: &Store, places: &[Id]) -> Result<HashMap<Id, i64>> {
        let sql = "SELECT place_id, count(*) FROM reviews WHERE place_id IN ($1) GROUP BY place_id";
        let counts = store.find_by("review.count_by_place", sql, places).await?;
        Ok(counts.into_iter().collect())
    }

    /// Sets what is given and moves `updated_at`; none when there is no such review.
    pub async fn update(store: &Store, id: Id, text: Option<String>) -> Result<Option<Review>> {
        check_some("text", text.as_deref(), LONG)?;
        let sql = "UPDATE reviews SET text = COALESCE($2, text), updated_at = $3 WHERE id = $1
                   RETURNING id, created_at, updated_at, place_id, user_id, text";
        store.set_text("review.update", sql, id, text).await
    }

    /// Deletes the review; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("review.delete", "DELETE FROM reviews WHERE id = $1", id)
            .await
    }
}
