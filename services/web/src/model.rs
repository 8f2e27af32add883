//! What the API tells, as far as pages show it.

mod id;
mod name;

use serde::Deserialize;

use crate::look::{self, Counted, Dollars, counted};
pub(crate) use id::Id;
use name::told;
pub(crate) use name::{Initial, Name};

/// Amenities that a card names.
const ON_A_CARD: usize = 4;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// Sorted by name; there if asked for, and if they fit into the answer.
    pub(crate) cities: Option<Vec<City>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct City {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// There if asked for.
    pub(crate) state: Option<Box<State>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Amenity {
    pub(crate) id: Id,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: Id,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// UTC, `YYYY-MM-DDTHH:MM:SS` and perhaps microseconds.
    pub(crate) created_at: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) number_rooms: i32,
    pub(crate) number_bathrooms: i32,
    pub(crate) max_guest: i32,
    pub(crate) price_by_night: i32,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) city_id: Id,
    pub(crate) user_id: Id,
    /// These are there if asked for.
    pub(crate) user: Option<User>,
    pub(crate) city: Option<City>,
    pub(crate) state: Option<State>,
    #[serde(default)]
    pub(crate) amenities: Vec<Amenity>,
    #[serde(default)]
    pub(crate) review_count: i64,
    /// Times as a user's.
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Review {
    pub(crate) id: Id,
    pub(crate) text: String,
    pub(crate) created_at: String,
    pub(crate) place_id: Id,
    /// These are there if asked for.
    pub(crate) user: Option<User>,
    pub(crate) place: Option<Place>,
}

impl User {
    /// First and last name, or what there is of them; without a name, what stands before the at sign of the e-mail.
    pub(crate) fn name(&self) -> Name<'_> {
        match (
            self.first_name.as_deref().and_then(told),
            self.last_name.as_deref().and_then(told),
        ) {
            (Some(first), last) => Name(first, last),
            (None, Some(last)) => Name(last, None),
            (None, None) => Name(self.email.split('@').next().unwrap_or_default(), None),
        }
    }

    /// The letter that stands for them.
    pub(crate) fn initial(&self) -> Initial {
        self.name().initial()
    }
}

impl Place {
    /// Its city and state, when they were asked for.
    pub(crate) fn city_and_state(&self) -> Option<(&City, &State)> {
        Some((self.city.as_ref()?, self.state.as_ref()?))
    }

    pub(crate) fn guests(&self) -> Counted {
        counted(self.max_guest.into(), " Guests")
    }

    pub(crate) fn bedrooms(&self) -> Counted {
        counted(self.number_rooms.into(), " Bedrooms")
    }

    pub(crate) fn bathrooms(&self) -> Counted {
        counted(self.number_bathrooms.into(), " Bathrooms")
    }

    pub(crate) fn reviews(&self) -> Counted {
        counted(self.review_count, " reviews")
    }

    /// What a night costs.
    pub(crate) fn price(&self) -> Dollars {
        Dollars(self.price_by_night)
    }

    /// Latitude and longitude, when both are known and on the globe.
    pub(crate) fn position(&self) -> Option<(String, String)> {
        let latitude = self.latitude.filter(|degrees| degrees.abs() <= 90.0)?;
        let longitude = self.longitude.filter(|degrees| degrees.abs() <= 180.0)?;
        Some((look::latitude(latitude), look::longitude(longitude)))
    }

    /// Whether it was changed on a later day than it came.
    pub(crate) fn is_changed(&self) -> bool {
        self.updated_at.get(..10) != self.created_at.get(..10)
    }

    /// The amenities that a card names, and how many more there are.
    pub(crate) fn amenities_in_short(&self) -> (&[Amenity], usize) {
        let named = self.amenities.len().min(ON_A_CARD);
        (&self.amenities[..named], self.amenities.len() - named)
    }
}

impl Review {
    /// The name of its place, which is there if asked for.
    pub(crate) fn place_name(&self) -> &str {
        let place = self.place.as_ref();
        place.map_or("The place", |place| &place.name)
    }
}
