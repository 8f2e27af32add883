//! A place as a form sends it, on its way to the API.

use axum::http::{Method, StatusCode};
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
    /// Whose it will be, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The ids of those that were chosen.
    #[serde(skip)]
    pub(super) amenities: Vec<String>,
}

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
        ("email", ""),
    ])
}

/// The form for this place.
pub(super) fn of(place: &Place) -> Form {
    let degrees = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    Form::new(&[
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
    ])
}

impl Sent {
    /// Reads the fields, and marks those that cannot be sent.
    pub(super) fn check(form: &mut Form, entered: &Entered) -> Sent {
        let description = form.value("description").trim().to_owned();
        Sent {
            name: form.needed("name"),
            description: (!description.is_empty()).then_some(description),
            max_guest: form.whole("max_guest"),
            number_rooms: form.whole("number_rooms"),
            number_bathrooms: form.whole("number_bathrooms"),
            price_by_night: form.whole("price_by_night"),
            latitude: form.degrees("latitude", 90.0),
            longitude: form.degrees("longitude", 180.0),
            user_id: None,
            amenities: entered.all("amenity"),
        }
    }

    /// Makes a place of it. Tells its id, and whether it has all amenities that were chosen: a place that is there must not
    /// be made again because one of them is missing.
    pub(super) async fn create(
        &self,
        api: &Api,
        city: &str,
        email: &str,
        token: Option<&str>,
    ) -> Result<(String, bool), ApiError> {
        let mut new = serde_json::json!(self);
        new["user_id"] = author(api, email, token).await?.into();
        let new = Call::change(Method::POST, "/cities/{id}/places", &[city])
            .with(&new)
            .token(token);
        let place = api.fetch::<Place>(&new).await?.value;
        let whole = self.link(api, &place, token).await.is_ok();
        Ok((place.id, whole))
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
        api.fetch::<Value>(&change).await?;
        self.link(api, place, token).await
    }

    /// Adds and removes amenities until the place has those that were chosen.
    async fn link(&self, api: &Api, place: &Place, token: Option<&str>) -> Result<(), ApiError> {
        let before = place.amenities.iter().map(|amenity| &amenity.id);
        let before: Vec<&String> = before.collect();
        let added = self.amenities.iter().filter(|id| !before.contains(id));
        let removed = before.iter().filter(|id| !self.amenities.contains(id));
        let added = added.map(|id| (Method::POST, id));
        let removed = removed.map(|id| (Method::DELETE, *id));
        for (method, amenity) in added.chain(removed) {
            let ids = [place.id.as_str(), amenity.as_str()];
            let link = Call::change(method, "/places/{id}/amenities/{id}", &ids).token(token);
            match api.fetch::<Value>(&link).await {
                // The amenity has been removed from the site meanwhile.
                Ok(_) | Err(ApiError::Refused(StatusCode::NOT_FOUND, _)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
