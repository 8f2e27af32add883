//! All pages. Each file brings its own.

mod cards;
mod cities;
mod delete;
mod dynamic;
mod hbnb;
pub(crate) mod home;
mod listings;
mod place_form;
mod places;
mod regions;
mod review_form;
mod reviews;
mod texts;
mod users;

use axum::Router;
use axum::routing::MethodRouter;

use crate::App;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(home::router())
        .merge(places::router())
        .merge(reviews::router())
        .merge(cities::router())
        .merge(regions::router())
        .merge(users::router())
        .merge(review_form::router())
        .merge(place_form::router())
        .merge(delete::router())
        .merge(texts::router())
        .merge(listings::router())
        .merge(hbnb::router())
        .merge(dynamic::router())
        .merge(page("/apidocs", axum::routing::get(apidocs)))
        .route("/favicon.ico", axum::routing::get(favicon))
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

/// What browsers ask for on a page that names no icon, such as those of the originals.
async fn favicon() -> axum::response::Redirect {
    axum::response::Redirect::temporary(crate::assets::IMAGES_ICON_PNG)
}
