//! Places.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{LONG, SHORT, check, check_finite, check_some};
use crate::store::{Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// A place to rent in a city; reviews and amenity links go with it.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct Place {
    pub city_id: Id,
    pub created_at: Timestamp,
    /// At most 1,024 characters; may hold harmless markup.
    pub description: Option<String>,
    pub id: Id,
    /// Degrees; finite.
    pub latitude: Option<f64>,
    /// Degrees; finite.
    pub longitude: Option<f64>,
    pub max_guest: i32,
    /// At most 128 characters.
    pub name: String,
    pub number_bathrooms: i32,
    pub number_rooms: i32,
    /// In the currency of the site, whole units.
    pub price_by_night: i32,
    pub updated_at: Timestamp,
    pub user_id: Id,
}

/// What a new place is made of, beside its city and its owner.
pub struct NewPlace {
    pub name: String,
    pub description: Option<String>,
    pub number_rooms: i32,
    pub number_bathrooms: i32,
    pub max_guest: i32,
    pub price_by_night: i32,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// What may change in a place; `None` leaves a field as it is.
#[derive(Default)]
pub struct PlaceChanges {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub number_rooms: Option<i32>,
    pub number_bathrooms: Option<i32>,
    pub max_guest: Option<i32>,
    pub price_by_night: Option<i32>,
    pub latitude: Option<Option<f64>>,
    pub longitude: Option<Option<f64>>,
}

/// All that is read of places.
pub(crate) const SELECT: &str =
    "SELECT id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
        number_bathrooms, max_guest, price_by_night, latitude, longitude
    FROM places";

impl Place {
    /// Makes a place; [`MissingReference`](crate::Error::MissingReference) when the city or the user is not there.
    pub async fn create(store: &Store, city_id: Id, user_id: Id, new: NewPlace) -> Result<Place> {
        let place = Place::from_new(city_id, user_id, new)?;
        let sql = "INSERT INTO places (id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
                       number_bathrooms, max_guest, price_by_night, latitude, longitude)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let mut connection = store.write("place.create").await?;
        on_engine!(connection, |c| {
            sqlx::query(sql)
                .bind(place.id)
                .bind(place.created_at)
                .bind(place.updated_at)
                .bind(place.city_id)
                .bind(place.user_id)
                .bind(&place.name)
                .bind(&place.description)
                .bind(place.number_rooms)
                .bind(place.number_bathrooms)
                .bind(place.max_guest)
                .bind(place.price_by_night)
                .bind(place.latitude)
                .bind(place.longitude)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(place)
    }

    fn from_new(city_id: Id, user_id: Id, new: NewPlace) -> Result<Place> {
        let NewPlace {
            name,
            description,
            number_rooms,
            number_bathrooms,
            max_guest,
            price_by_night,
            latitude,
            longitude,
        } = new;
        check("name", &name, SHORT)?;
        check_some("description", description.as_deref(), LONG)?;
        check_finite("latitude", latitude)?;
        check_finite("longitude", longitude)?;
        Ok(Place {
            city_id,
            created_at: Timestamp::now(),
            description,
            id: Id::random(),
            latitude,
            longitude,
            max_guest,
            name,
            number_bathrooms,
            number_rooms,
            price_by_night,
            updated_at: Timestamp::now(),
            user_id,
        })
    }

    /// The place with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<Place>> {
        store.find("place.find", SELECT, id).await
    }

    /// A page of the places of one city; by id or by name.
    pub async fn list_of_city(store: &Store, city: Id, page: &Page) -> Result<Vec<Place>> {
        let of = ("city_id", city);
        store.list_of("place.list_of_city", SELECT, of, page).await
    }

    /// A page of the places of one user; by id or by name.
    pub async fn list_of_user(store: &Store, user: Id, page: &Page) -> Result<Vec<Place>> {
        let of = ("user_id", user);
        store.list_of("place.list_of_user", SELECT, of, page).await
    }

    /// The places with these ids, by id; those that are not there are left out.
    pub async fn find_all(store: &Store, ids: &[Id]) -> Result<HashMap<Id, Place>> {
        let places = store.find_all("place.find_all", SELECT, ids).await?;
        Ok(places
            .into_iter()
            .map(|place: Place| (place.id, place))
            .collect())
    }

    /// Sets what is given and moves `updated_at`; none when there is no such place.
    pub async fn update(store: &Store, id: Id, changes: PlaceChanges) -> Result<Option<Place>> {
        check_some("name", changes.name.as_deref(), SHORT)?;
        check_some(
            "description",
            changes.description.as_ref().and_then(Option::as_deref),
            LONG,
        )?;
        check_finite("latitude", changes.latitude.flatten())?;
        check_finite("longitude", changes.longitude.flatten())?;
        let sql = "UPDATE places SET
                       name = COALESCE($2, name),
                       description = CASE WHEN $3 THEN $4 ELSE description END,
                       number_rooms = COALESCE($5, number_rooms),
                       number_bathrooms = COALESCE($6, number_bathrooms),
                       max_guest = COALESCE($7, max_guest),
                       price_by_night = COALESCE($8, price_by_night),
                       latitude = CASE WHEN $9 THEN $10 ELSE latitude END,
                       longitude = CASE WHEN $11 THEN $12 ELSE longitude END,
                       updated_at = $13
                   WHERE id = $1
                   RETURNING id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
                       number_bathrooms, max_guest, price_by_night, latitude, longitude";
        let mut connection = store.write("place.update").await?;
        Ok(on_engine!(connection, |c| {
            sqlx::query_as(sql)
                .bind(id)
                .bind(changes.name)
                .bind(changes.description.is_some())
                .bind(changes.description.flatten())
                .bind(changes.number_rooms)
                .bind(changes.number_bathrooms)
                .bind(changes.max_guest)
                .bind(changes.price_by_night)
                .bind(changes.latitude.is_some())
                .bind(changes.latitude.flatten())
                .bind(changes.longitude.is_some())
                .bind(changes.longitude.flatten())
                .bind(Timestamp::now())
                .fetch_optional(c)
                .await
        })?)
    }

    /// Deletes the place with its reviews and amenity links; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("place.delete", "DELETE FROM places WHERE id = $1", id)
            .await
    }

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
