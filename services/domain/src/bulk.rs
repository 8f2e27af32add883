//! Many rows in one statement. A row whose id is there already stays as it is.

use std::collections::HashSet;

use sqlx::QueryBuilder;

use crate::id::IdList;
use crate::password::NO_LOGIN;
use crate::store::{Engine, Tx, on_engine};
use crate::{Amenity, City, Id, Place, Result, Review, State, User};

/// Rows per statement: 13 values for each place stay below the 32,766 that SQLite admits, PostgreSQL admits 65,535.
const ROWS: usize = 1_000;

/// A link between a place and an amenity, in this order.
pub(crate) type Link = (Id, Id);

/// Adds states; returns how many were not there.
pub(crate) async fn states(tx: &mut Tx, rows: &[State]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new("INSERT INTO states (id, created_at, updated_at, name) ")
                .push_values(part, |mut row, state| {
                    row.push_bind(state.id)
                        .push_bind(state.created_at)
                        .push_bind(state.updated_at)
                        .push_bind(&state.name);
                })
                .push(" ON CONFLICT (id) DO NOTHING")
                .build()
                .persistent(false)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Adds amenities; returns how many were not there.
pub(crate) async fn amenities(tx: &mut Tx, rows: &[Amenity]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new("INSERT INTO amenities (id, created_at, updated_at, name) ")
                .push_values(part, |mut row, amenity| {
                    row.push_bind(amenity.id)
                        .push_bind(amenity.created_at)
                        .push_bind(amenity.updated_at)
                        .push_bind(&amenity.name);
                })
                .push(" ON CONFLICT (id) DO NOTHING")
                .build()
                .persistent(false)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Adds cities, whose states must be there; returns how many were not there.
pub(crate) async fn cities(tx: &mut Tx, rows: &[City]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new("INSERT INTO cities (id, created_at, updated_at, name, state_id) ")
                .push_values(part, |mut row, city| {
                    row.push_bind(city.id)
                        .push_bind(city.created_at)
                        .push_bind(city.updated_at)
                        .push_bind(&city.name)
                        .push_bind(city.state_id);
                })
                .push(" ON CONFLICT (id) DO NOTHING")
                .build()
                .persistent(false)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Adds users that nobody can log in as; returns how many were not there.
pub(crate) async fn users(tx: &mut Tx, rows: &[User]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new(
                "INSERT INTO users (id, created_at, updated_at, email, password, first_name, last_name) ",
            )
            .push_values(part, |mut row, user| {
                row.push_bind(user.id)
                    .push_bind(user.created_at)
                    .push_bind(user.updated_at)
                    .push_bind(&user.email)
                    .push_bind(NO_LOGIN)
                    .push_bind(&user.first_name)
                    .push_bind(&user.last_name);
            })
            .push(" ON CONFLICT (id) DO NOTHING")
            .build()
            .persistent(false)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Adds places, whose cities and users must be there; returns the ids of those that were not there.
pub(crate) async fn places(tx: &mut Tx, rows: &[Place]) -> Result<Vec<Id>> {
    let mut added = Vec::new();
    for part in rows.chunks(ROWS) {
        added.extend(on_engine!(*tx, |c| {
            QueryBuilder::new(
                "INSERT INTO places (id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
                    number_bathrooms, max_guest, price_by_night, latitude, longitude) ",
            )
            .push_values(part, |mut row, place| {
                row.push_bind(place.id)
                    .push_bind(place.created_at)
                    .push_bind(place.updated_at)
                    .push_bind(place.city_id)
                    .push_bind(place.user_id)
                    .push_bind(&place.name)
                    .push_bind(&place.description)
                    .push_bind(place.number_rooms)
                    .push_bind(place.number_bathrooms)
                    .push_bind(place.max_guest)
                    .push_bind(place.price_by_night)
                    .push_bind(place.latitude)
                    .push_bind(place.longitude);
            })
            .push(" ON CONFLICT (id) DO NOTHING RETURNING id")
            .build_query_as::<(Id,)>()
            .persistent(false)
            .fetch_all(c)
            .await
        })?);
    }
    Ok(added.into_iter().map(|(id,)| id).collect())
}

/// Adds reviews, whose places and users must be there; returns how many were not there.
pub(crate) async fn reviews(tx: &mut Tx, rows: &[Review]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new(
                "INSERT INTO reviews (id, created_at, updated_at, place_id, user_id, text) ",
            )
            .push_values(part, |mut row, review| {
                row.push_bind(review.id)
                    .push_bind(review.created_at)
                    .push_bind(review.updated_at)
                    .push_bind(review.place_id)
                    .push_bind(review.user_id)
                    .push_bind(&review.text);
            })
            .push(" ON CONFLICT (id) DO NOTHING")
            .build()
            .persistent(false)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Adds links, whose places and amenities must be there; returns how many were not there.
pub(crate) async fn links(tx: &mut Tx, rows: &[Link]) -> Result<u64> {
    let mut added = 0;
    for part in rows.chunks(ROWS) {
        added += on_engine!(*tx, |c| {
            QueryBuilder::new("INSERT INTO place_amenity (place_id, amenity_id) ")
                .push_values(part, |mut row, (place, amenity)| {
                    row.push_bind(place).push_bind(amenity);
                })
                .push(" ON CONFLICT DO NOTHING")
                .build()
                .persistent(false)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
    }
    Ok(added)
}

/// Those of the ids that are in the table, which nobody can delete before the transaction ends.
pub(crate) async fn existing(tx: &mut Tx, table: &str, ids: &[Id]) -> Result<HashSet<Id>> {
    let sql = match tx.engine {
        Engine::Postgres(_) => format!("SELECT id FROM {table} WHERE id = ANY ($1) FOR KEY SHARE"),
        Engine::Sqlite(_) => {
            format!("SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each($1))")
        }
    };
    let found: Vec<(Id,)> = on_engine!(*tx, |c| {
        sqlx::query_as(&sql).bind(IdList(ids)).fetch_all(c).await
    })?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
