//! `/places_search`.

use axum::Router;
use axum::extract::State as Of;
use axum::response::Response;
use axum::routing::post;
use domain::{Place, PlaceSearch};

use crate::App;
use crate::error::Result;
use crate::json::Body;
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::routes::{SEARCH, route};

pub(crate) fn router() -> Router<App> {
    route(SEARCH, Allow::SEARCH, post(search))
}

async fn search(Of(app): Of<App>, listing: Listing<Place>, body: Body) -> Result<Response> {
    let mut fields = body.object()?;
    let search = PlaceSearch::new(
        &fields.ids("states")?.unwrap_or_default(),
        &fields.ids("cities")?.unwrap_or_default(),
        &fields.ids("amenities")?.unwrap_or_default(),
    );
    let read = move |store, page| {
        let search = search.clone();
        async move { search.run(&store, &page).await }
    };
    list::respond(listing, app.store, read).await
}
