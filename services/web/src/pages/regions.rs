//! `/regions/ID`: a state with its cities, and some of its places. (`/states/ID` is the original's.)

use askama::Template;
use axum::Router;

use axum::response::Response;
use axum::routing::get;

use super::cards::{self, Chosen};
use super::page;
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::extract::Path;
use crate::model::{City, Place, State};
use crate::paging::{CURSOR, Pages};
use crate::pairs::Pairs;
use crate::respond::Known;
use crate::{App, assets, look};

/// Cities on a page.
const CITIES: &str = "120";
/// Places that are shown; the search shows all.
const PLACES: usize = 6;

pub(super) fn router() -> Router<App> {
    page("/regions/{id}", get(show))
}

#[derive(Template)]
#[template(path = "region.html")]
struct Region<'a> {
    state: &'a State,
    cities: &'a [City],
    places: &'a [Place],
    pages: Pages,
}

async fn show(api: Api, known: Known, Path(id): Path<String>, asked: Pairs) -> Result<Response> {
    let cursor = asked.one(CURSOR);
    let state = Call::get("/states/{id}", &[&id]);
    let cities = Call::get("/states/{id}/cities", &[&id])
        .query("limit", CITIES)
        .query("sort", "name");
    let cities = cards::begin(cities, cursor);
    let here = Chosen {
        states: vec![id],
        ..Chosen::default()
    };
    let (state, cities, places) = tokio::try_join!(
        api.fetch::<State>(&state),
        api.fetch::<Vec<City>>(&cities),
        cards::list(&api, here.search(), PLACES, None),
    )?;
    known.respond(&[state.tag, cities.tag, places.tag], || {
        let state = &state.value;
        let path = format!("/regions/{}", state.id);
        let page = Region {
            pages: Pages::new(&path, &[], cursor, cities.cursor()),
            cities: &cities.value,
            places: &places.value,
            state,
        };
        cards::rendered(&page, page.places.len())
    })
}
