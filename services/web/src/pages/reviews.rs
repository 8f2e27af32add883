//! `/places/ID/reviews`: all reviews of a place, newest first.

use askama::Template;
use axum::Router;

use axum::response::Response;
use axum::routing::get;

use super::{cards, page};
use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::error::Result;
use crate::extract::Path;
use crate::model::{Place, Review};
use crate::paging::{self, CURSOR, Pages};
use crate::pairs::Pairs;
use crate::respond::Known;
use crate::{App, assets, look};

/// Reviews on the page of their place.
pub(super) const FEW: usize = 10;
/// Reviews on a page of their own.
const MANY: usize = 50;

pub(super) fn router() -> Router<App> {
    page("/places/{id}/reviews", get(list))
}

#[derive(Template)]
#[template(path = "reviews.html")]
struct Reviews<'a> {
    place: &'a Place,
    reviews: &'a [Review],
    pages: Pages,
}

async fn list(api: Api, known: Known, Path(id): Path<String>, asked: Pairs) -> Result<Response> {
    let cursor = asked.one(CURSOR);
    let place = Call::get("/places/{id}", &[&id]);
    let (place, reviews) =
        tokio::try_join!(api.fetch::<Place>(&place), newest(&api, &id, MANY, cursor))?;
    known.respond(&[place.tag, reviews.tag], || {
        let place = &place.value;
        Reviews {
            pages: Pages::new(&path(&place.id), &[], cursor, reviews.cursor()),
            reviews: &reviews.value,
            place,
        }
        .render()
    })
}

/// The newest reviews of a place from the cursor on, with who wrote them.
pub(super) async fn newest(
    api: &Api,
    place: &str,
    most: usize,
    cursor: Option<&str>,
) -> Result<Fetched<Vec<Review>>, ApiError> {
    let list = Call::get("/places/{id}/reviews", &[place])
        .query("include", "user")
        .query("limit", &most.to_string())
        .query("sort", "newest");
    api.fetch(&cards::begin(list, cursor)).await
}

/// Where the reviews from the cursor on are.
pub(super) fn address(place: &str, cursor: &str) -> String {
    paging::address(&path(place), &[(CURSOR, cursor)])
}

fn path(place: &str) -> String {
    format!("/places/{place}/reviews")
}
