//! `/cities/{id}/places`, `/places/{id}` and its amenities.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::place::{NewPlace, PlaceChanges};
use domain::{Amenity, City, Id, Place, User};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::json::{Body, Fields, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route(
            "/cities/{id}/places",
            Allow::COLLECTION,
            get(index).post(create),
        ))
        .merge(route(
            "/places/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
        .merge(route("/places/{id}/amenities", Allow::READ, get(amenities)))
        .merge(route(
            "/places/{id}/amenities/{amenity_id}",
            Allow::LINK,
            post(link).delete(unlink),
        ))
}

async fn index(Of(app): Of<App>, Path(city): Path<Id>, listing: Listing) -> Result<Response> {
    City::find(&app.store, city).await?.ok_or(Error::NotFound)?;
    list::respond(
        listing,
        |place: &Place| place.id,
        move |page| {
            let store = app.store.clone();
            async move { Place::list_of_city(&store, city, &page).await }
        },
    )
    .await
}

async fn create(Of(app): Of<App>, Path(city): Path<Id>, body: Body) -> Result<Json<Place>> {
    City::find(&app.store, city).await?.ok_or(Error::NotFound)?;
    let mut fields = body.object()?;
    let user = fields.required_id("user_id")?;
    User::find(&app.store, user).await?.ok_or(Error::NotFound)?;
    let name = fields.required_text("name")?;
    let new = new_place(name, &mut fields)?;
    Ok(Json(
        StatusCode::CREATED,
        Place::create(&app.store, city, user, new).await?,
    ))
}

fn new_place(name: String, fields: &mut Fields) -> Result<NewPlace> {
    Ok(NewPlace {
        name,
        description: fields.nullable_text("description")?.flatten(),
        number_rooms: fields.integer("number_rooms")?.unwrap_or(0),
        number_bathrooms: fields.integer("number_bathrooms")?.unwrap_or(0),
        max_guest: fields.integer("max_guest")?.unwrap_or(0),
        price_by_night: fields.integer("price_by_night")?.unwrap_or(0),
        latitude: fields.nullable_number("latitude")?.flatten(),
        longitude: fields.nullable_number("longitude")?.flatten(),
    })
}

async fn show(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Json<Place>> {
    Ok(Json(
        StatusCode::OK,
        Place::find(&app.store, id).await?.ok_or(Error::NotFound)?,
    ))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<Place>> {
    Place::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    let mut fields = body.object()?;
    let changes = PlaceChanges {
        name: fields.text("name")?,
        description: fields.nullable_text("description")?,
        number_rooms: fields.integer("number_rooms")?,
        number_bathrooms: fields.integer("number_bathrooms")?,
        max_guest: fields.integer("max_guest")?,
        price_by_night: fields.integer("price_by_night")?,
        latitude: fields.nullable_number("latitude")?,
        longitude: fields.nullable_number("longitude")?,
    };
    Ok(Json(
        StatusCode::OK,
        Place::update(&app.store, id, changes)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(Place::delete(&app.store, id).await?)
}

async fn amenities(Of(app): Of<App>, Path(place): Path<Id>, listing: Listing) -> Result<Response> {
    Place::find(&app.store, place)
        .await?
        .ok_or(Error::NotFound)?;
    list::respond(
        listing,
        |amenity: &Amenity| amenity.id,
        move |page| {
            let store = app.store.clone();
            async move { Amenity::list_of_place(&store, place, &page).await }
        },
    )
    .await
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
