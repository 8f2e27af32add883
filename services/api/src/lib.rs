//! The JSON API under `/api/v1`; the only owner of the database.
//!
//! [`app`] is the whole service as a router, used alike by the programs and by every test. A route is found by its path:
//! `/api/v1/places` is `routes/places.rs`, its queries are in `domain/place.rs`.

pub mod config;
pub mod service;

mod auth;
mod cors;
mod database;
mod error;
mod extract;
mod include;
mod json;
mod list;
mod methods;
mod openapi;
mod resource;
mod routes;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use domain::Store;
use kit::config::Secret;
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::Guard;
use crate::cors::Origins;
use crate::error::Error;

/// What the handlers need.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    /// Bytes of a request's body that are read at most.
    pub(crate) body_limit: usize,
}

/// How the API treats its clients.
pub struct Manners {
    /// Bytes of a request's body that are read at most; more is answered with 413.
    pub body_limit: usize,
    /// When there is one, writes need it as `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// The origins that browsers may call from: `*`, or a list separated by commas.
    pub cors_origins: String,
}

/// The API: every route below `/api/`, and JSON for whatever else is asked.
pub fn app(store: Store, manners: Manners) -> Router {
    let Manners {
        body_limit,
        token,
        cors_origins,
    } = manners;
    Router::new()
        .nest(routes::ROOT, routes::router())
        .merge(routes::apidocs())
        .fallback(|| async { Error::NotFound })
        .layer(Extension(Guard::new(token)))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(
            Origins::new(&cors_origins),
            cors::headers,
        ))
        .with_state(App { store, body_limit })
}
