//! How many rows there are.

use serde::Serialize;
use sqlx::FromRow;

use crate::Result;
use crate::store::{Store, Tx, on_engine};

const COUNT: &str =
    "SELECT (SELECT count(*) FROM amenities) AS amenities, (SELECT count(*) FROM cities) AS cities,
        (SELECT count(*) FROM places) AS places, (SELECT count(*) FROM reviews) AS reviews,
        (SELECT count(*) FROM states) AS states, (SELECT count(*) FROM users) AS users";

/// The number of rows of each entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Stats {
    pub amenities: i64,
    pub cities: i64,
    pub places: i64,
    pub reviews: i64,
    pub states: i64,
    pub users: i64,
}

impl Stats {
    /// Counts all rows, at one moment.
    pub async fn count(store: &Store) -> Result<Stats> {
        let mut connection = store.read("stats.count").await?;
        Ok(on_engine!(connection, |c| sqlx::query_as(COUNT)
            .fetch_one(c)
            .await)?)
    }

    /// Counts all rows as the transaction sees them.
    pub(crate) async fn count_in(tx: &mut Tx) -> Result<Stats> {
        Ok(on_engine!(*tx, |c| sqlx::query_as(COUNT)
            .fetch_one(c)
            .await)?)
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        let Stats {
            amenities,
            cities,
            places,
            reviews,
            states,
            users,
        } = *self;
        amenities + cities + places + reviews + states + users == 0
    }
}
