//! Reviews.

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
        let sql =
            "SELECT id, created_at, updated_at, place_id, user_id, text FROM reviews WHERE id = $1";
        store.find("review.find", sql, id).await
    }

    /// A page of the reviews of one place.
    pub async fn list_of_place(store: &Store, place: Id, page: Page) -> Result<Vec<Review>> {
        let sql = "SELECT id, created_at, updated_at, place_id, user_id, text FROM reviews
                   WHERE place_id = $3 AND id >= $1 ORDER BY id LIMIT $2";
        store
            .list_of("review.list_of_place", sql, place, page)
            .await
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
