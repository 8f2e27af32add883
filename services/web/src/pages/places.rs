//! `/places/ID`: all about one place.

use askama::Template;
use axum::Router;

use axum::response::Response;
use axum::routing::get;

use super::{cards, page, review_form, reviews};
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::extract::Path;
use crate::forms::Form;
use crate::markup::harmless;
use crate::model::{Place, Review};
use crate::respond::Known;
use crate::{App, assets, look};

/// Other places of the owner that are shown.
const OTHERS: usize = 3;

pub(super) fn router() -> Router<App> {
    page("/places/{id}", get(show))
}

#[derive(Template)]
#[template(path = "place.html")]
struct PlacePage<'a> {
    place: &'a Place,
    /// HTML.
    description: Option<String>,
    reviews: &'a [Review],
    /// Where the older reviews are.
    older: Option<String>,
    others: Vec<&'a Place>,
    form: Form,
}

async fn show(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let (place, reviews) = tokio::try_join!(
        cards::one(&api, &id),
        reviews::newest(&api, &id, reviews::FEW, None)
    )?;
    let owner = Call::get("/users/{id}/places", &[&place.value.user_id]);
    let others = cards::list(&api, owner, OTHERS + 1, None).await?;
    let tags = [place.tag, reviews.tag, others.tag];
    known.respond(&tags, || {
        let (place, older) = (&place.value, reviews.cursor());
        let others = others.value.iter().filter(|other| other.id != place.id);
        PlacePage {
            description: place.description.as_deref().map(harmless),
            older: older.map(|cursor| reviews::address(&place.id, &cursor)),
            others: others.take(OTHERS).collect(),
            form: review_form::empty(),
            reviews: &reviews.value,
            place,
        }
        .render()
    })
}
