//! Which amenities a place has.

use crate::store::{Store, Tx, on_engine};
use crate::{Id, Invalid, Place, Result, bulk};

impl Place {
    /// Gives the place an amenity; tells whether that is new.
    /// [`MissingReference`](crate::Error::MissingReference) when either is not there.
    pub async fn link(store: &Store, place: Id, amenity: Id) -> Result<bool> {
        let sql = "INSERT INTO place_amenity (place_id, amenity_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        link_change(store, "place.link", sql, place, amenity).await
    }

    /// Takes an amenity from the place; tells whether it had it.
    pub async fn unlink(store: &Store, place: Id, amenity: Id) -> Result<bool> {
        let sql = "DELETE FROM place_amenity WHERE place_id = $1 AND amenity_id = $2";
        link_change(store, "place.unlink", sql, place, amenity).await
    }
}

async fn link_change(
    store: &Store,
    query: &'static str,
    sql: &'static str,
    place: Id,
    amenity: Id,
) -> Result<bool> {
    let mut connection = store.write(query).await?;
    let changed = on_engine!(connection, |c| {
        sqlx::query(sql)
            .bind(place)
            .bind(amenity)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed > 0)
}

/// What is wrong with a list that names an amenity that is not there.
pub fn unknown_amenity() -> Invalid {
    Invalid {
        field: "amenity_ids",
        reason: "must be ids of amenities that are there".into(),
    }
}

/// The same ids, each once. Refuses one that no amenity has; the others cannot go before the transaction ends.
pub(super) async fn hold(tx: &mut Tx, mut amenities: Vec<Id>) -> Result<Vec<Id>> {
    amenities.sort_unstable();
    amenities.dedup();
    let there = bulk::existing(tx, "amenities", &amenities).await?;
    if there.len() < amenities.len() {
        return Err(unknown_amenity().into());
    }
    Ok(amenities)
}

/// Gives the place these amenities, which [`hold`] has let pass.
pub(super) async fn add(tx: &mut Tx, place: Id, amenities: &[Id]) -> Result<()> {
    let links: Vec<bulk::Link> = amenities.iter().map(|id| (place, *id)).collect();
    bulk::links(tx, &links).await.map(drop)
}

/// Takes all amenities from the place.
pub(super) async fn clear(tx: &mut Tx, place: Id) -> Result<()> {
    let sql = "DELETE FROM place_amenity WHERE place_id = $1";
    Ok(on_engine!(*tx, |c| {
        sqlx::query(sql).bind(place).execute(c).await.map(drop)
    })?)
}
