//! All routes of `/api/v1`. Each resource's file brings its own.

mod amenities;
mod apidocs;
mod cities;
mod docs;
mod openapi;
mod place_amenities;
mod places;
mod places_search;
mod reviews;
mod states;
mod status;
mod users;

use std::future::ready;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use serde::Serialize;

use crate::App;
use crate::auth;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::methods::{self, Allow};

/// What all paths start with.
pub(crate) const ROOT: &str = "/api/v1";
pub(crate) const SEARCH: &str = "/places_search";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(status::router())
        .merge(states::router())
        .merge(cities::router())
        .merge(amenities::router())
        .merge(users::router())
        .merge(places::router())
        .merge(place_amenities::router())
        .merge(reviews::router())
        .merge(places_search::router())
        .merge(openapi::router())
        .merge(docs::router())
}

/// What stands outside of [`ROOT`]: the place where the originals had their documentation.
pub(crate) fn apidocs() -> Router<App> {
    apidocs::router()
}

/// One route, with and without a slash at its end.
fn route(path: &str, allow: Allow, methods: MethodRouter<App>) -> Router<App> {
    let methods = methods.route_layer(from_fn(auth::require_token));
    let methods = methods.fallback(move |method: Method| ready(methods::other(&method, allow)));
    Router::new()
        .route(path, methods.clone())
        .route(&format!("{path}/"), methods)
}

/// The answer to a deletion: an empty object, or 404 when there was nothing to delete.
fn deleted(was_there: bool) -> Result<Response> {
    if was_there {
        Ok(Json(StatusCode::OK, Empty {}).into_response())
    } else {
        Err(Error::NotFound)
    }
}

#[derive(Serialize)]
struct Empty {}
