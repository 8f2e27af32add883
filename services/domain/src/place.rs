//! Places.

mod amenities;

pub use amenities::unknown_amenity;

use std::collections::HashMap;
use std::ops::DerefMut;

use serde::Serialize;
use sqlx::{FromRow, PgConnection, SqliteConnection};

use crate::limits::{LONG, SHORT, check, check_finite, check_some};
use crate::store::{Engine, Held, Store, on_engine};
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
    /// The amenities that it has from the start.
    pub amenities: Vec<Id>,
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
    /// All that it has from then on.
    pub amenities: Option<Vec<Id>>,
}

/// All that is read of places.
pub(crate) const SELECT: &str =
    "SELECT id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
        number_bathrooms, max_guest, price_by_night, latitude, longitude
    FROM places";

impl Place {
    /// Makes a place with its amenities, or nothing at all.
    /// [`MissingReference`](crate::Error::MissingReference) when the city or the user is not there, [`unknown_amenity`]
    /// when one of the amenities is not.
    pub async fn create(
        store: &Store,
        city_id: Id,
        user_id: Id,
        mut new: NewPlace,
    ) -> Result<Place> {
        let amenities = std::mem::take(&mut new.amenities);
        let place = Place::from_new(city_id, user_id, new)?;
        if amenities.is_empty() {
            place
                .insert(&mut store.write("place.create").await?)
                .await?;
            return Ok(place);
        }
        let mut tx = store.begin("place.create").await?;
        let amenities = amenities::hold(&mut tx, amenities).await?;
        place.insert(&mut tx).await?;
        amenities::add(&mut tx, place.id, &amenities).await?;
        tx.commit().await?;
        Ok(place)
    }

    async fn insert<P, S>(&self, connection: &mut Held<Engine<P, S>>) -> Result<()>
    where
        P: DerefMut<Target = PgConnection>,
        S: DerefMut<Target = SqliteConnection>,
    {
        let sql = "INSERT INTO places (id, created_at, updated_at, city_id, user_id, name, description, number_rooms,
                       number_bathrooms, max_guest, price_by_night, latitude, longitude)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        Ok(on_engine!(*connection, |c| {
            sqlx::query(sql)
                .bind(self.id)
                .bind(self.created_at)
                .bind(self.updated_at)
                .bind(self.city_id)
                .bind(self.user_id)
                .bind(&self.name)
                .bind(&self.description)
                .bind(self.number_rooms)
                .bind(self.number_bathrooms)
                .bind(self.max_guest)
                .bind(self.price_by_night)
                .bind(self.latitude)
                .bind(self.longitude)
                .execute(c)
                .await
                .map(drop)
        })?)
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
            amenities: _,
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

    /// Sets what is given and moves `updated_at`; none when there is no such place. [`unknown_amenity`] when one of the
    /// amenities is not there, and then nothing is set.
    pub async fn update(store: &Store, id: Id, mut changes: PlaceChanges) -> Result<Option<Place>> {
        changes.check()?;
        let Some(amenities) = changes.amenities.take() else {
            let mut connection = store.write("place.update").await?;
            return changes.set(&mut connection, id).await;
        };
        let mut tx = store.begin("place.update").await?;
        let amenities = amenities::hold(&mut tx, amenities).await?;
        let Some(place) = changes.set(&mut tx, id).await? else {
            return Ok(None);
        };
        amenities::clear(&mut tx, id).await?;
        amenities::add(&mut tx, id, &amenities).await?;
        tx.commit().await?;
        Ok(Some(place))
    }

    /// Deletes the place with its reviews and amenity links; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("place.delete", "DELETE FROM places WHERE id = $1", id)
            .await
    }
}

impl PlaceChanges {
    fn check(&self) -> Result<()> {
        check_some("name", self.name.as_deref(), SHORT)?;
        let description = self.description.as_ref().and_then(Option::as_deref);
        check_some("description", description, LONG)?;
        check_finite("latitude", self.latitude.flatten())?;
        check_finite("longitude", self.longitude.flatten())?;
        Ok(())
    }

    /// Sets all but the amenities.
    async fn set<P, S>(self, connection: &mut Held<Engine<P, S>>, id: Id) -> Result<Option<Place>>
    where
        P: DerefMut<Target = PgConnection>,
        S: DerefMut<Target = SqliteConnection>,
    {
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
        Ok(on_engine!(*connection, |c| {
            sqlx::query_as(sql)
                .bind(id)
                .bind(self.name)
                .bind(self.description.is_some())
                .bind(self.description.flatten())
                .bind(self.number_rooms)
                .bind(self.number_bathrooms)
                .bind(self.max_guest)
                .bind(self.price_by_night)
                .bind(self.latitude.is_some())
                .bind(self.latitude.flatten())
                .bind(self.longitude.is_some())
                .bind(self.longitude.flatten())
                .bind(Timestamp::now())
                .fetch_optional(c)
                .await
        })?)
    }
}
