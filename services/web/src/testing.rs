//! What benchmarks and tests of other rooms need of the pages.

use crate::api_client;
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
        self.page_of(self.places.len())
    }

    /// The same with so many cards at most.
    pub fn page_of(&self, cards: usize) -> askama::Result<String> {
        let places = &self.places[..cards.min(self.places.len())];
        home::page(&self.states, &self.amenities, places)
    }
}

/// What tells an answer of the API from others, without its header.
pub fn tag(body: &[u8]) -> u64 {
    api_client::tag(body, None)
}
