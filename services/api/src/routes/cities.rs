//! `/states/{id}/cities` and `/cities/{id}`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::{City, Id, Order, State};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::include::{Include, Part, Source, With};
use crate::json::{Body, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::resource::{BY_ID, BY_NAME, Resource, after_named};
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route(
            "/states/{id}/cities",
            Allow::COLLECTION,
            get(index).post(create),
        ))
        .merge(route(
            "/cities/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for City {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID, BY_NAME];
    const PARTS: &'static [Part<City>] = &[Part::new("state", |city| city.id, Source::State)];

    fn after(&self, order: &Order) -> Order {
        after_named(order, self.id, &self.name)
    }
}

async fn index(
    Of(app): Of<App>,
    Path(state): Path<Id>,
    listing: Listing<City>,
) -> Result<Response> {
    State::find(&app.store, state)
        .await?
        .ok_or(Error::NotFound)?;
    let read = move |store, page| async move { City::list_of_state(&store, state, &page).await };
    list::respond(listing, app.store, read).await
}

async fn create(Of(app): Of<App>, Path(state): Path<Id>, body: Body) -> Result<Json<City>> {
    State::find(&app.store, state)
        .await?
        .ok_or(Error::NotFound)?;
    let name = body.object()?.required_text("name")?;
    Ok(Json(
        StatusCode::CREATED,
        City::create(&app.store, state, name).await?,
    ))
}

async fn show(
    Of(app): Of<App>,
    Path(id): Path<Id>,
    include: Include<City>,
) -> Result<Json<With<City>>> {
    let city = City::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(StatusCode::OK, include.one(&app.store, city).await?))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<City>> {
    City::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    let name = body.object()?.text("name")?;
    Ok(Json(
        StatusCode::OK,
        City::update(&app.store, id, name)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(City::delete(&app.store, id).await?)
}
