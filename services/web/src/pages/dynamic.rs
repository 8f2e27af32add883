//! `/0-hbnb` to `/101-hbnb`: the page of the places, step by step taken over by scripts.

use axum::Router;
use axum::routing::get;
use uuid::Uuid;

use super::hbnb::{HBNB, Look, Places};
use super::page;
use crate::App;
use crate::api_client::Api;

const STEP_1: Look = Look {
    script: Some("1-hbnb"),
    amenity_boxes: true,
    ..HBNB
};
const STEP_2: Look = Look {
    script: Some("2-hbnb"),
    status: true,
    ..STEP_1
};
const STEP_3: Look = Look {
    script: Some("3-hbnb"),
    places: Places::Empty,
    ..STEP_2
};
const STEP_4: Look = Look {
    script: Some("4-hbnb"),
    ..STEP_3
};
const STEP_100: Look = Look {
    script: Some("100-hbnb"),
    location_boxes: true,
    ..STEP_4
};
const STEP_101: Look = Look {
    script: Some("101-hbnb"),
    ..STEP_100
};

pub(super) fn router() -> Router<App> {
    let steps = [
        ("/0-hbnb", HBNB),
        ("/1-hbnb", STEP_1),
        ("/2-hbnb", STEP_2),
        ("/3-hbnb", STEP_3),
        ("/4-hbnb", STEP_4),
        ("/100-hbnb", STEP_100),
        ("/101-hbnb", STEP_101),
    ];
    steps
        .into_iter()
        .fold(Router::new(), |router, (path, look)| {
            // Another one for each answer, as the originals do, so that no browser uses an old script.
            let handler =
                async move |api: Api| look.page(&api, &format!("?{}", Uuid::new_v4())).await;
            router.merge(page(path, get(handler)))
        })
}
