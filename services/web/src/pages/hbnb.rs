//! `/hbnb_filters` and `/hbnb`, in the form of the originals; the pages of `dynamic.rs` look alike.

use askama::Template;
use axum::Router;
use axum::routing::get;

use super::page;
use crate::App;
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::markup::harmless;
use crate::model::{Amenity, Place, Text};
use crate::streamed::{List, Page, Part};

const FILTERS: Look = Look {
    styles: &["4-common", "3-header", "3-footer", "6-filters"],
    script: None,
    status: false,
    amenity_boxes: false,
    location_boxes: false,
    places: Places::None,
};
/// The page with the places.
pub(super) const HBNB: Look = Look {
    styles: &["4-common", "3-header", "3-footer", "6-filters", "8-places"],
    places: Places::Shown,
    ..FILTERS
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .merge(page(
            "/hbnb_filters",
            get(async |api: Api| FILTERS.page(&api, "").await),
        ))
        .merge(page(
            "/hbnb",
            get(async |api: Api| HBNB.page(&api, "").await),
        ))
}

/// What a page of this kind has.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) styles: &'static [&'static str],
    pub(super) script: Option<&'static str>,
    /// The dot that shows whether the API answers.
    pub(super) status: bool,
    pub(super) amenity_boxes: bool,
    pub(super) location_boxes: bool,
    pub(super) places: Places,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    None,
    /// The script fills them in.
    Empty,
    Shown,
}

impl Look {
    /// The page; `cache` stands behind the names of its styles and scripts.
    pub(super) async fn page(self, api: &Api, cache: &str) -> Result<Page> {
        let amenities = Call::get("/amenities", &[]);
        let (states, amenities, places) = tokio::try_join!(
            List::with_cities(api),
            List::<Amenity>::begin(api, amenities.query("sort", "name")),
            self.places(api),
        )?;
        let places_part = self.places != Places::None;
        let head = Head { look: self, cache };
        let page = Page::new(head.render()?)
            .states(states, move |parts| {
                let boxes = self.location_boxes;
                States { parts, boxes }.render()
            })
            .text(Middle.render()?)
            .list(amenities, move |amenities| {
                let boxes = self.amenity_boxes;
                Amenities { amenities, boxes }.render()
            });
        let page = page.text(
            After {
                places: places_part,
            }
            .render()?,
        );
        let page = match places {
            Some(places) => page.list(places, |places| {
                let cards = places.iter().map(Card::of).collect();
                Cards { cards }.render()
            }),
            None => page,
        };
        Ok(page.text(
            Foot {
                places: places_part,
            }
            .render()?,
        ))
    }

    async fn places(self, api: &Api) -> Result<Option<List<Place>>, crate::api_client::ApiError> {
        if self.places != Places::Shown {
            return Ok(None);
        }
        let everywhere = serde_json::json!({});
        let all = Call::search("/places_search", &everywhere)
            .query("sort", "name")
            .query("include", "user");
        List::begin(api, all).await.map(Some)
    }
}

#[derive(Template)]
#[template(path = "legacy/hbnb_head.html")]
struct Head<'a> {
    look: Look,
    cache: &'a str,
}

#[derive(Template)]
#[template(path = "legacy/hbnb_states.html")]
struct States<'a> {
    parts: &'a [Part<'a>],
    boxes: bool,
}

#[derive(Template)]
#[template(path = "legacy/hbnb_middle.html")]
struct Middle;

#[derive(Template)]
#[template(path = "legacy/hbnb_amenities.html")]
struct Amenities<'a> {
    amenities: &'a [Amenity],
    boxes: bool,
}

#[derive(Template)]
#[template(path = "legacy/hbnb_after.html")]
struct After {
    places: bool,
}

#[derive(Template)]
#[template(path = "legacy/hbnb_places.html")]
struct Cards<'a> {
    cards: Vec<Card<'a>>,
}

#[derive(Template)]
#[template(path = "legacy/hbnb_foot.html")]
struct Foot {
    places: bool,
}

struct Card<'a> {
    place: &'a Place,
    owner: Option<&'a Text>,
    /// HTML.
    description: String,
}

impl Card<'_> {
    fn of(place: &Place) -> Card<'_> {
        Card {
            place,
            owner: place.user.as_ref().map(|user| &user.name),
            description: harmless(place.description.as_deref().unwrap_or_default()),
        }
    }
}
