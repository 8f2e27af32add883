//! `/places/{id}/amenities`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::{Amenity, Id, Place};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::json::Json;
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route("/places/{id}/amenities", Allow::READ, get(index)))
        .merge(route(
            "/places/{id}/amenities/{amenity_id}",
            Allow::LINK,
            post(link).delete(unlink),
        ))
}

async fn index(
    Of(app): Of<App>,
    Path(place): Path<Id>,
    listing: Listing<Amenity>,
) -> Result<Response> {
    Place::find(&app.store, place)
        .await?
        .ok_or(Error::NotFound)?;
    let read = move |store, page| async move { Amenity::list_of_place(&store, place, &page).await };
    list::respond(listing, app.store, read).await
}

/// A first link is 201, one that was there already 200; both answer with the amenity. The body is not looked at.
async fn link(Of(app): Of<App>, Path((place, amenity)): Path<(Id, Id)>) -> Result<Json<Amenity>> {
    let amenity = find_both(&app, place, amenity).await?;
    let new = Place::link(&app.store, place, amenity.id).await?;
    Ok(Json(
        if new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        },
        amenity,
    ))
}

async fn unlink(Of(app): Of<App>, Path((place, amenity)): Path<(Id, Id)>) -> Result<Response> {
    let amenity = find_both(&app, place, amenity).await?;
    deleted(Place::unlink(&app.store, place, amenity.id).await?)
}

async fn find_both(app: &App, place: Id, amenity: Id) -> Result<Amenity> {
    Place::find(&app.store, place)
        .await?
        .ok_or(Error::NotFound)?;
    Amenity::find(&app.store, amenity)
        .await?
        .ok_or(Error::NotFound)
}
