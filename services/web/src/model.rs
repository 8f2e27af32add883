//! The objects of the API, as far as the pages show them.

use serde::Deserialize;

use crate::look;

/// Amenities that a card names; the rest is counted.
const ON_A_CARD: usize = 4;

/// A state, with its cities when they were asked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) cities: Vec<City>,
}

/// A city, with its state when that was asked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct City {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state: Option<State>,
}

/// An amenity.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Amenity {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Somebody who owns places or writes reviews.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) created_at: String,
}

impl User {
    /// First and last name, as far as they are known.
    pub(crate) fn name(&self) -> String {
        let names = [&self.first_name, &self.last_name];
        let names: Vec<&str> = names.into_iter().flatten().map(|name| name.trim()).collect();
        match names.join(" ").trim() {
            "" => "Someone".to_owned(),
            name => name.to_owned(),
        }
    }

    /// The letter that stands for them.
    pub(crate) fn initial(&self) -> String {
        let letter = self.name().chars().find(|c| c.is_alphanumeric());
        letter.map_or_else(|| "?".to_owned(), |letter| letter.to_uppercase().collect())
    }
}

/// A place, with what was asked for beside it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) number_rooms: i32,
    pub(crate) number_bathrooms: i32,
    pub(crate) max_guest: i32,
    pub(crate) price_by_night: i32,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) user: Option<User>,
    pub(crate) city: Option<City>,
    pub(crate) state: Option<State>,
    #[serde(default)]
    pub(crate) amenities: Vec<Amenity>,
    #[serde(default)]
    pub(crate) review_count: u64,
}

impl Place {
    /// What a night costs.
    pub(crate) fn price(&self) -> String {
        look::dollars(self.price_by_night)
    }

    /// Its city and state, when they were asked for.
    pub(crate) fn city_and_state(&self) -> Option<(&City, &State)> {
        Some((self.city.as_ref()?, self.state.as_ref()?))
    }

    /// Latitude and longitude, when both are known.
    pub(crate) fn position(&self) -> Option<(String, String)> {
        let (latitude, longitude) = (self.latitude?, self.longitude?);
        Some((look::latitude(latitude), look::longitude(longitude)))
    }

    /// Whether it was changed on a later day than it came.
    pub(crate) fn is_changed(&self) -> bool {
        self.updated_at.get(..10) != self.created_at.get(..10)
    }

    /// The amenities that a card names.
    pub(crate) fn first_amenities(&self) -> &[Amenity] {
        &self.amenities[..self.amenities.len().min(ON_A_CARD)]
    }

    /// How many more there are.
    pub(crate) fn further_amenities(&self) -> usize {
        self.amenities.len().saturating_sub(ON_A_CARD)
    }
}

/// What a guest wrote, with who and where when that was asked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Review {
    pub(crate) id: String,
    pub(crate) place_id: String,
    pub(crate) text: String,
    pub(crate) created_at: String,
    pub(crate) user: Option<User>,
    pub(crate) place: Option<Place>,
}
