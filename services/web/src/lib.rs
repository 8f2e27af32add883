//! The pages of HBNB; they ask the API for data, and have no database.
//!
//! [`app`] is the whole service as a router, used alike by the programs and by every test. A page is a file in `pages/` and
//! a template of the same name.

pub mod api_client;
pub mod config;
pub mod service;

mod assets;
mod author;
mod entered;
mod error;
mod extract;
mod forms;
mod look;
mod markup;
mod model;
mod pages;
mod paging;
mod pairs;
mod respond;
mod streamed;
#[cfg(feature = "testing")]
pub mod testing;

use axum::Router;
use axum::extract::FromRef;
use tower_http::catch_panic::CatchPanicLayer;

pub use api_client::ApiClient;
use error::Error;
pub use error::refusal_page;

/// What the handlers need.
#[derive(Clone)]
pub(crate) struct App {
    api: ApiClient,
}

impl FromRef<App> for ApiClient {
    fn from_ref(app: &App) -> ApiClient {
        app.api.clone()
    }
}

/// The site: every page, and a page that says so for whatever else is asked.
pub fn app(api: ApiClient) -> Router {
    pages::router()
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(CatchPanicLayer::custom(error::panicked))
        .with_state(App { api })
}
