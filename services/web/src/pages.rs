//! All pages. Each file brings its own.

mod dynamic;
mod hbnb;
mod listings;
mod texts;

use axum::Router;
use axum::routing::MethodRouter;

use crate::App;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(texts::router())
        .merge(listings::router())
        .merge(hbnb::router())
        .merge(dynamic::router())
        .merge(page("/apidocs", axum::routing::get(apidocs)))
}

/// One page, with and without a slash at its end.
fn page(path: &str, methods: MethodRouter<App>) -> Router<App> {
    Router::new()
        .route(path, methods.clone())
        .route(&format!("{path}/"), methods)
}

/// Where the originals had the documentation of their API.
async fn apidocs() -> axum::response::Redirect {
    axum::response::Redirect::permanent("/api/v1/docs/")
}
