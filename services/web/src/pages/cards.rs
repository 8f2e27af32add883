//! Places as cards, on every page that lists some.

use askama::Template;
use serde::Serialize;

use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::model::Place;
use crate::paging::CURSOR;
use crate::respond;

/// Cards on a page.
pub(super) const PAGE: usize = 24;

/// The most states, and amenities, that can be chosen from: as many as the API gives at once.
const CHOICES: &str = "1000";
/// The bytes of a card with long names, and of all around the cards.
const CARD: usize = 2_048;
const FRAME: usize = 8_192;
/// What a card shows beside the place's own members.
const PARTS: &str = "amenities,city,review_count,state,user";

/// A page with so many cards and little else, without a text that grows while it is written.
pub(super) fn rendered(page: &impl Template, cards: usize) -> askama::Result<String> {
    respond::rendered(page, FRAME + cards * CARD)
}

/// A page of a list of places, by name.
pub(super) async fn list(
    api: &Api,
    list: Call,
    most: usize,
    cursor: Option<&str>,
) -> Result<Fetched<Vec<Place>>, ApiError> {
    let list = list
        .query("include", PARTS)
        .query("limit", &most.to_string())
        .query("sort", "name");
    api.fetch(&begin(list, cursor)).await
}

/// A list of all that can be chosen from, by name.
pub(super) fn by_name(list: Call) -> Call {
    list.query("sort", "name").query("limit", CHOICES)
}

/// The page of a list that begins at the cursor.
pub(super) fn begin(list: Call, cursor: Option<&str>) -> Call {
    match cursor {
        Some(cursor) => list.query(CURSOR, cursor),
        None => list,
    }
}

/// A place with all that its page or a card shows.
pub(super) async fn one(api: &Api, id: &str) -> Result<Fetched<Place>, ApiError> {
    let place = Call::get("/places/{id}", &[id]);
    api.fetch(&place.query("include", PARTS)).await
}

/// What places are looked for. Empty lists ask for nothing.
#[derive(Debug, Default, Serialize)]
pub(super) struct Chosen {
    pub(super) states: Vec<String>,
    pub(super) cities: Vec<String>,
    pub(super) amenities: Vec<String>,
}

impl Chosen {
    pub(super) fn search(&self) -> Call {
        Call::search("/places_search", self)
    }
}
