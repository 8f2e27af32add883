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

async fn search(Of(app): Of<App>, listing: Listing, body: Body) -> Result<Response> {
    let mut fields = body.object()?;
    let search = PlaceSearch::new(
        &fields.ids("states")?,
        &fields.ids("cities")?,
        &fields.ids("amenities")?,
    );
    list::respond(
        listing,
        |place: &Place| place.id,
        move |page| {
            let (store, search) = (app.store.clone(), search.clone());
            async move { search.run(&store, &page).await }
        },
    )
    .await
}
