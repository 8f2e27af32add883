//! `/cities/{id}/places`, `/users/{id}/places` and `/places/{id}`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::place::{NewPlace, PlaceChanges, unknown_amenity};
use domain::{City, Id, Order, Place, User};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::include::{Include, Part, Source, With};
use crate::json::{Body, Fields, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::resource::{BY_ID, BY_NAME, Resource, after_named};
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route(
            "/cities/{id}/places",
            Allow::COLLECTION,
            get(of_city).post(create),
        ))
        .merge(route("/users/{id}/places", Allow::READ, get(of_user)))
        .merge(route(
            "/places/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for Place {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID, BY_NAME];
    const PARTS: &'static [Part<Place>] = &[
        Part::new("amenities", |place| place.id, Source::Amenities),
        Part::new("city", |place| place.city_id, Source::City),
        Part::new("review_count", |place| place.id, Source::ReviewCount),
        Part::new("state", |place| place.city_id, Source::State),
        Part::new("user", |place| place.user_id, Source::User),
    ];

    fn after(&self, order: &Order) -> Order {
        after_named(order, self.id, &self.name)
    }
}

async fn of_city(
    Of(app): Of<App>,
    Path(city): Path<Id>,
    listing: Listing<Place>,
) -> Result<Response> {
    City::find(&app.store, city).await?.ok_or(Error::NotFound)?;
    let read = move |store, page| async move { Place::list_of_city(&store, city, &page).await };
    list::respond(listing, app.store, read).await
}

async fn of_user(
    Of(app): Of<App>,
    Path(user): Path<Id>,
    listing: Listing<Place>,
) -> Result<Response> {
    User::find(&app.store, user).await?.ok_or(Error::NotFound)?;
    let read = move |store, page| async move { Place::list_of_user(&store, user, &page).await };
    list::respond(listing, app.store, read).await
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
        amenities: amenities(fields)?.unwrap_or_default(),
    })
}

/// All amenities that the place is to have, when they are told. A text that is no id is that of no amenity.
fn amenities(fields: &mut Fields) -> Result<Option<Vec<Id>>> {
    let Some(ids) = fields.ids("amenity_ids")? else {
        return Ok(None);
    };
    let ids = ids.iter().map(|id| id.parse().ok());
    let ids = ids.collect::<Option<_>>().ok_or_else(unknown_amenity)?;
    Ok(Some(ids))
}

async fn show(
    Of(app): Of<App>,
    Path(id): Path<Id>,
    include: Include<Place>,
) -> Result<Json<With<Place>>> {
    let place = Place::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(StatusCode::OK, include.one(&app.store, place).await?))
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
        amenities: amenities(&mut fields)?,
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
