//! The six classes: how each is read from an object, what it refers to, and how it comes into the database.

use std::collections::HashSet;

use super::event::{Class, Fault};
use super::fields::Fields;
use crate::limits::{LONG, SHORT};
use crate::store::Tx;
use crate::{Amenity, City, Id, Place, Result, Review, State, User, bulk};

/// A row that another one refers to.
pub(super) struct Reference {
    pub(super) field: &'static str,
    pub(super) class: Class,
    pub(super) id: Id,
}

/// A row of one class.
pub(super) trait Record: Sized + Send + 'static {
    /// Its class.
    const CLASS: Class;
    /// The classes that it refers to.
    const PARENTS: &'static [Class] = &[];

    /// Takes what it knows from the fields.
    fn read(id: Id, fields: &mut Fields) -> Result<Self, Fault>;

    /// What must be there before it.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// Forgets the link to an amenity.
    fn unlink(&mut self, _amenity: Id) {}

    /// Adds the rows that are not there; returns how many that were.
    fn insert(tx: &mut Tx, rows: Vec<Self>) -> impl Future<Output = Result<u64>> + Send;
}

impl Record for State {
    const CLASS: Class = Class::State;

    fn read(id: Id, fields: &mut Fields) -> Result<State, Fault> {
        Ok(State {
            created_at: fields.time("created_at")?,
            id,
            name: fields.text("name", SHORT)?,
            updated_at: fields.time("updated_at")?,
        })
    }

    async fn insert(tx: &mut Tx, rows: Vec<State>) -> Result<u64> {
        bulk::states(tx, &rows).await
    }
}

impl Record for Amenity {
    const CLASS: Class = Class::Amenity;

    fn read(id: Id, fields: &mut Fields) -> Result<Amenity, Fault> {
        Ok(Amenity {
            created_at: fields.time("created_at")?,
            id,
            name: fields.text("name", SHORT)?,
            updated_at: fields.time("updated_at")?,
        })
    }

    async fn insert(tx: &mut Tx, rows: Vec<Amenity>) -> Result<u64> {
        bulk::amenities(tx, &rows).await
    }
}

impl Record for User {
    const CLASS: Class = Class::User;

    fn read(id: Id, fields: &mut Fields) -> Result<User, Fault> {
        // The originals keep an MD5 sum, which is no protection for the password behind it.
        fields.take("password");
        Ok(User {
            created_at: fields.time("created_at")?,
            email: fields.text("email", SHORT)?,
            first_name: fields.text_or_null("first_name", SHORT)?,
            id,
            last_name: fields.text_or_null("last_name", SHORT)?,
            updated_at: fields.time("updated_at")?,
        })
    }

    async fn insert(tx: &mut Tx, rows: Vec<User>) -> Result<u64> {
        bulk::users(tx, &rows).await
    }
}

impl Record for City {
    const CLASS: Class = Class::City;
    const PARENTS: &'static [Class] = &[Class::State];

    fn read(id: Id, fields: &mut Fields) -> Result<City, Fault> {
        Ok(City {
            created_at: fields.time("created_at")?,
            id,
            name: fields.text("name", SHORT)?,
            state_id: fields.reference("state_id")?,
            updated_at: fields.time("updated_at")?,
        })
    }

    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            field: "state_id",
            class: Class::State,
            id: self.state_id,
        }]
    }

    async fn insert(tx: &mut Tx, rows: Vec<City>) -> Result<u64> {
        bulk::cities(tx, &rows).await
    }
}

/// A place, and the ids of its amenities.
pub(super) struct PlaceRow {
    place: Place,
    amenities: Vec<Id>,
}

impl Record for PlaceRow {
    const CLASS: Class = Class::Place;
    const PARENTS: &'static [Class] = &[Class::City, Class::User, Class::Amenity];

    fn read(id: Id, fields: &mut Fields) -> Result<PlaceRow, Fault> {
        let place = Place {
            city_id: fields.reference("city_id")?,
            created_at: fields.time("created_at")?,
            description: fields.text_or_null("description", LONG)?,
            id,
            latitude: fields.degrees("latitude")?,
            longitude: fields.degrees("longitude")?,
            max_guest: fields.count("max_guest")?,
            name: fields.text("name", SHORT)?,
            number_bathrooms: fields.count("number_bathrooms")?,
            number_rooms: fields.count("number_rooms")?,
            price_by_night: fields.count("price_by_night")?,
            updated_at: fields.time("updated_at")?,
            user_id: fields.reference("user_id")?,
        };
        Ok(PlaceRow {
            place,
            amenities: fields.links("amenity_ids"),
        })
    }

    fn references(&self) -> Vec<Reference> {
        let reference = |field, class, id| Reference { field, class, id };
        let needed = [
            reference("city_id", Class::City, self.place.city_id),
            reference("user_id", Class::User, self.place.user_id),
        ];
        let links = self
            .amenities
            .iter()
            .map(|id| reference("amenity_ids", Class::Amenity, *id));
        needed.into_iter().chain(links).collect()
    }

    fn unlink(&mut self, amenity: Id) {
        self.amenities.retain(|id| *id != amenity);
    }

    async fn insert(tx: &mut Tx, rows: Vec<PlaceRow>) -> Result<u64> {
        let mut links = Vec::new();
        let mut places = Vec::with_capacity(rows.len());
        for PlaceRow { place, amenities } in rows {
            links.push((place.id, amenities));
            places.push(place);
        }
        let mut added: HashSet<Id> = bulk::places(tx, &places).await?.into_iter().collect();
        let count = added.len() as u64;
        // Taken out at its first mention: of two equal keys in the file, the first came in.
        links.retain(|(place, _)| added.remove(place));
        let links: Vec<bulk::Link> = links
            .into_iter()
            .flat_map(|(place, ids)| ids.into_iter().map(move |amenity| (place, amenity)))
            .collect();
        bulk::links(tx, &links).await?;
        Ok(count)
    }
}

impl Record for Review {
    const CLASS: Class = Class::Review;
    const PARENTS: &'static [Class] = &[Class::Place, Class::User];

    fn read(id: Id, fields: &mut Fields) -> Result<Review, Fault> {
        Ok(Review {
            created_at: fields.time("created_at")?,
            id,
            place_id: fields.reference("place_id")?,
            text: fields.text("text", LONG)?,
            updated_at: fields.time("updated_at")?,
            user_id: fields.reference("user_id")?,
        })
    }

    fn references(&self) -> Vec<Reference> {
        vec![
            Reference {
                field: "place_id",
                class: Class::Place,
                id: self.place_id,
            },
            Reference {
                field: "user_id",
                class: Class::User,
                id: self.user_id,
            },
        ]
    }

    async fn insert(tx: &mut Tx, rows: Vec<Review>) -> Result<u64> {
        bulk::reviews(tx, &rows).await
    }
}
