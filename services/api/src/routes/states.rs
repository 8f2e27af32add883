//! `/states`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::{Id, Order, State};

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
        .merge(route("/states", Allow::COLLECTION, get(index).post(create)))
        .merge(route(
            "/states/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for State {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID, BY_NAME];
    const PARTS: &'static [Part<State>] = &[Part::new("cities", |state| state.id, Source::Cities)];

    fn after(&self, order: &Order) -> Order {
        after_named(order, self.id, &self.name)
    }
}

async fn index(Of(app): Of<App>, listing: Listing<State>) -> Result<Response> {
    let read = move |store, page| async move { State::list(&store, &page).await };
    list::respond(listing, app.store, read).await
}

async fn create(Of(app): Of<App>, body: Body) -> Result<Json<State>> {
    let name = body.object()?.required_text("name")?;
    Ok(Json(
        StatusCode::CREATED,
        State::create(&app.store, name).await?,
    ))
}

async fn show(
    Of(app): Of<App>,
    Path(id): Path<Id>,
    include: Include<State>,
) -> Result<Json<With<State>>> {
    let state = State::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(StatusCode::OK, include.one(&app.store, state).await?))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<State>> {
    State::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    let name = body.object()?.text("name")?;
    Ok(Json(
        StatusCode::OK,
        State::update(&app.store, id, name)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(State::delete(&app.store, id).await?)
}
