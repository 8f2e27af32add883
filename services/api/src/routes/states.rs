//! `/states`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::{Id, State};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::json::{Body, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
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

async fn index(Of(app): Of<App>, listing: Listing) -> Result<Response> {
    list::respond(
        listing,
        |state: &State| state.id,
        move |page| {
            let store = app.store.clone();
            async move { State::list(&store, &page).await }
        },
    )
    .await
}

async fn create(Of(app): Of<App>, body: Body) -> Result<Json<State>> {
    let name = body.object()?.required_text("name")?;
    Ok(Json(
        StatusCode::CREATED,
        State::create(&app.store, name).await?,
    ))
}

async fn show(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Json<State>> {
    Ok(Json(
        StatusCode::OK,
        State::find(&app.store, id).await?.ok_or(Error::NotFound)?,
    ))
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
