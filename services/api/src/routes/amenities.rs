//! `/amenities`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::{Amenity, Id, Order};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::include::Part;
use crate::json::{Body, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::resource::{BY_ID, BY_NAME, Resource, after_named};
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route(
            "/amenities",
            Allow::COLLECTION,
            get(index).post(create),
        ))
        .merge(route(
            "/amenities/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for Amenity {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID, BY_NAME];
    const PARTS: &'static [Part<Amenity>] = &[];

    fn after(&self, order: &Order) -> Order {
        after_named(order, self.id, &self.name)
    }
}

async fn index(Of(app): Of<App>, listing: Listing<Amenity>) -> Result<Response> {
    let read = move |store, page| async move { Amenity::list(&store, &page).await };
    list::respond(listing, app.store, read).await
}

async fn create(Of(app): Of<App>, body: Body) -> Result<Json<Amenity>> {
    let name = body.object()?.required_text("name")?;
    Ok(Json(
        StatusCode::CREATED,
        Amenity::create(&app.store, name).await?,
    ))
}

async fn show(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Json<Amenity>> {
    Ok(Json(
        StatusCode::OK,
        Amenity::find(&app.store, id)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<Amenity>> {
    Amenity::find(&app.store, id)
        .await?
        .ok_or(Error::NotFound)?;
    let name = body.object()?.text("name")?;
    Ok(Json(
        StatusCode::OK,
        Amenity::update(&app.store, id, name)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(Amenity::delete(&app.store, id).await?)
}
