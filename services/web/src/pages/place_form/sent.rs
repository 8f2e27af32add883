//! A place as a form sends it, on its way to the API.

use axum::http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::api_client::{Api, ApiError, Call};
use crate::author::author;
use crate::entered::Entered;
use crate::forms::Form;
use crate::model::Place;

/// What was entered, as the API takes it.
#[derive(Serialize)]
pub(super) struct Sent {
    name: String,
    description: Option<String>,
    max_guest: i32,
    number_rooms: i32,
    number_bathrooms: i32,
    price_by_night: i32,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// The ids of those that were chosen: all that it is to have.
    #[serde(rename = "amenity_ids")]
    pub(super) amenities: Vec<String>,
}

/// The field of the chosen amenities; the API calls them so.
const AMENITIES: &str = "amenity_ids";

/// The form for a new place.
pub(super) fn empty() -> Form {
    Form::new(&[
        ("name", ""),
        ("description", ""),
        ("max_guest", "2"),
        ("number_rooms", "1"),
        ("number_bathrooms", "1"),
        ("price_by_night", ""),
        ("latitude", ""),
        ("longitude", ""),
        (AMENITIES, ""),
        ("email", ""),
    ])
}

/// The form for this place.
pub(super) fn of(place: &Place) -> Form {
    let degrees = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    Form::of(&[
        ("name", &place.name),
        (
            "description",
            place.description.as_deref().unwrap_or_default(),
        ),
        ("max_guest", &place.max_guest.to_string()),
        ("number_rooms", &place.number_rooms.to_string()),
        ("number_bathrooms", &place.number_bathrooms.to_string()),
        ("price_by_night", &place.price_by_night.to_string()),
        ("latitude", &degrees(place.latitude)),
        ("longitude", &degrees(place.longitude)),
        (AMENITIES, ""),
    ])
}

impl Sent {
    /// Reads the fields, and marks those that cannot be sent.
    pub(super) fn check(form: &mut Form, entered: &Entered) -> Sent {
        let description = form.value("description");
        let is_kept = form.keeps("description");
        let description = if is_kept {
            description
        } else {
            description.trim()
        }
        .to_owned();
        Sent {
            name: form.needed("name"),
            description: (!description.is_empty()).then_some(description),
            max_guest: form.whole("max_guest"),
            number_rooms: form.whole("number_rooms"),
            number_bathrooms: form.whole("number_bathrooms"),
            price_by_night: form.whole("price_by_night"),
            latitude: form.degrees("latitude", 90.0),
            longitude: form.degrees("longitude", 180.0),
            amenities: entered.all(AMENITIES),
        }
    }

    /// Makes a place of it, and tells its id.
    pub(super) async fn create(
        &self,
        api: &Api,
        city: &str,
        email: &str,
        token: Option<&str>,
    ) -> Result<String, ApiError> {
        let mut new = serde_json::json!(self);
        new["user_id"] = author(api, email, token).await?.into();
        let new = Call::change(Method::POST, "/cities/{id}/places", &[city])
            .with(&new)
            .token(token);
        Ok(api.fetch::<Place>(&new).await?.value.id.into())
    }

    /// Gives the place these values.
    pub(super) async fn update(
        &self,
        api: &Api,
        place: &Place,
        token: Option<&str>,
    ) -> Result<(), ApiError> {
        let change = Call::change(Method::PUT, "/places/{id}", &[&place.id])
            .with(self)
            .token(token);
        api.fetch::<Value>(&change).await.map(drop)
    }
}
