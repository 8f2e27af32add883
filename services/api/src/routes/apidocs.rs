//! `/apidocs`, where the originals had their documentation.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use crate::App;
use crate::methods::Allow;
use crate::routes::route;

pub(crate) fn router() -> Router<App> {
    route("/apidocs", Allow::READ, get(moved))
}

async fn moved() -> Redirect {
    Redirect::permanent("/api/v1/docs/")
}
