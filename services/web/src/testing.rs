//! What benchmarks and tests of other rooms need of the pages.

use crate::model::{Amenity, Place, State};
use crate::pages::home;

/// What the first page shows, read already.
pub struct Parsed {
    states: Vec<State>,
    amenities: Vec<Amenity>,
    places: Vec<Place>,
}

impl Parsed {
    /// Reads the API's answers: states with their cities, amenities, places with all that a card shows.
    pub fn read(states: &[u8], amenities: &[u8], places: &[u8]) -> serde_json::Result<Parsed> {
        Ok(Parsed {
            states: serde_json::from_slice(states)?,
            amenities: serde_json::from_slice(amenities)?,
            places: serde_json::from_slice(places)?,
        })
    }

    /// The first page with a card for each of the places.
    pub fn page(&self) -> askama::Result<String> {
        home::page(&self.states, &self.amenities, &self.places)
    }
}
