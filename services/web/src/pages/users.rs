//! `/users/ID`: somebody, and their places.

use askama::Template;
use axum::Router;

use axum::response::Response;
use axum::routing::get;

use super::{cards, page};
use crate::api_client::{Api, Call};
use crate::error::Result;
use crate::extract::Path;
use crate::model::{Place, User};
use crate::paging::{CURSOR, Pages};
use crate::pairs::Pairs;
use crate::respond::Known;
use crate::{App, assets, look};

pub(super) fn router() -> Router<App> {
    page("/users/{id}", get(show))
}

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage<'a> {
    user: &'a User,
    places: &'a [Place],
    pages: Pages,
}

async fn show(api: Api, known: Known, Path(id): Path<String>, asked: Pairs) -> Result<Response> {
    let cursor = asked.one(CURSOR);
    let user = Call::get("/users/{id}", &[&id]);
    let places = Call::get("/users/{id}/places", &[&id]);
    let (user, places) = tokio::try_join!(
        api.fetch::<User>(&user),
        cards::list(&api, places, cards::PAGE, cursor),
    )?;
    known.respond(&[user.tag, places.tag], || {
        let user = &user.value;
        let path = format!("/users/{}", user.id);
        let page = UserPage {
            pages: Pages::new(&path, &[], cursor, places.cursor()),
            places: &places.value,
            user,
        };
        cards::rendered(&page, page.places.len())
    })
}
