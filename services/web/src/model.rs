//! What the API tells, as far as pages show it.

mod id;
mod text;
mod user;

use serde::Deserialize;

use crate::look::{self, Counted, Dollars};
pub(crate) use id::Id;
pub(crate) use text::Text;
pub(crate) use user::User;

/// Amenities that a card names.
const ON_A_CARD: usize = 4;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) id: Id,
    pub(crate) name: Text,
    /// Sorted by name; there if asked for, and if they fit into the answer.
    pub(crate) cities: Option<Vec<City>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct City {
    pub(crate) id: Id,
    pub(crate) name: Text,
    /// There if asked for.
    pub(crate) state: Option<Box<State>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Amenity {
    pub(crate) id: Id,
    pub(crate) name: Text,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) id: Id,
    pub(crate) name: Text,
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
    /// UTC, `YYYY-MM-DDTHH:MM:SS` and perhaps microseconds.
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

impl Place {
    /// Its city and state, when they were asked for.
    pub(crate) fn city_and_state(&self) -> Option<(&City, &State)> {
        Some((self.city.as_ref()?, self.state.as_ref()?))
    }

    pub(crate) fn guests(&self) -> Counted {
        Counted(self.max_guest.into(), &look::GUESTS)
    }

    pub(crate) fn bedrooms(&self) -> Counted {
        Counted(self.number_rooms.into(), &look::BEDROOMS)
    }

    pub(crate) fn bathrooms(&self) -> Counted {
        Counted(self.number_bathrooms.into(), &look::BATHROOMS)
    }

    pub(crate) fn reviews(&self) -> Counted {
        Counted(self.review_count, &look::REVIEWS)
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
