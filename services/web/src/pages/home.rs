//! `/`: the search and its results.

mod filters;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::cards::{self, Chosen};
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::model::{Amenity, Place, State};
use crate::paging::{CURSOR, Pages};
use crate::pairs::Pairs;
use crate::respond::Known;
use crate::{App, assets, look};
use filters::{Filters, query};

pub(super) fn router() -> Router<App> {
    Router::new().route("/", get(home))
}

/// The most cities that can be chosen from; states whose cities do not fit name their own page.
const MOST_CITIES: &str = "5000";

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    filters: Filters<'a>,
    places: &'a [Place],
    pages: Pages,
}

impl Home<'_> {
    fn rendered(&self) -> askama::Result<String> {
        // A choice takes about an eighth of what a card does.
        cards::rendered(self, self.places.len() + self.filters.count() / 8)
    }

    /// What is shown, in a line.
    fn summary(&self) -> String {
        let count = self.places.len();
        match (&self.pages.first, &self.pages.next) {
            (None, None) => {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                format!("{}, by name", look::Counted(count, &look::PLACES))
            }
            (None, Some(_)) => format!("The first {count}, by name"),
            (Some(_), _) => format!("{count} more, by name"),
        }
    }
}

/// The first page without a filter, for data that is there already.
#[cfg(feature = "testing")]
pub(crate) fn page(
    states: &[State],
    amenities: &[Amenity],
    places: &[Place],
) -> askama::Result<String> {
    let chosen = &Chosen::default();
    let filters = Filters {
        states,
        amenities,
        chosen,
        more_states: false,
        more_amenities: false,
    };
    let pages = Pages::new("/", &[], None, None);
    let page = Home {
        filters,
        places,
        pages,
    };
    page.rendered()
}

async fn home(api: Api, known: Known, asked: Pairs) -> Result<Response> {
    let chosen = Chosen {
        states: asked.all("state"),
        cities: asked.all("city"),
        amenities: asked.all("amenity"),
    };
    let cursor = asked.one(CURSOR);
    let states = Call::get("/states", &[])
        .query("include", "cities")
        .query("include_limit", MOST_CITIES);
    let (states, amenities) = (
        cards::by_name(states),
        cards::by_name(Call::get("/amenities", &[])),
    );
    let (states, amenities, places) = tokio::try_join!(
        api.fetch::<Vec<State>>(&states),
        api.fetch::<Vec<Amenity>>(&amenities),
        cards::list(&api, chosen.search(), cards::PAGE, cursor),
    )?;
    let tags = [states.tag, amenities.tag, places.tag];
    known.respond(&tags, || {
        let pages = Pages::new("/", &query(&chosen), cursor, places.cursor());
        let (more_states, more_amenities) = (states.next.is_some(), amenities.next.is_some());
        let (states, amenities) = (&states.value, &amenities.value);
        let page = Home {
            filters: Filters {
                states,
                amenities,
                chosen: &chosen,
                more_states,
                more_amenities,
            },
            places: &places.value,
            pages,
        };
        page.rendered()
    })
}
