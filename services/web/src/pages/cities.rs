//! `/cities/ID`: the places of a city.

use askama::Template;
use axum::Router;

use axum::response::Response;
use axum::routing::get;

use super::{cards, page};
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::extract::Path;
use crate::model::{City, Place};
use crate::paging::{CURSOR, Pages};
use crate::pairs::Pairs;
use crate::respond::Known;
use crate::{App, assets, look};

pub(super) fn router() -> Router<App> {
    page("/cities/{id}", get(show))
}

#[derive(Template)]
#[template(path = "city.html")]
struct CityPage<'a> {
    city: &'a City,
    places: &'a [Place],
    pages: Pages,
}

async fn show(api: Api, known: Known, Path(id): Path<String>, asked: Pairs) -> Result<Response> {
    let cursor = asked.one(CURSOR);
    let city = Call::get("/cities/{id}", &[&id]).query("include", "state");
    let places = Call::get("/cities/{id}/places", &[&id]);
    let (city, places) = tokio::try_join!(
        api.fetch::<City>(&city),
        cards::list(&api, places, cards::PAGE, cursor),
    )?;
    known.respond(&[city.tag, places.tag], || {
        let city = &city.value;
        let path = format!("/cities/{}", city.id);
        let page = CityPage {
            pages: Pages::new(&path, &[], cursor, places.cursor()),
            places: &places.value,
            city,
        };
        cards::rendered(&page, page.places.len())
    })
}
