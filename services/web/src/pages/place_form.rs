//! `/cities/ID/places/new` and `/places/ID/edit`: a place is added, or changed.

mod sent;

use std::collections::HashSet;

use askama::Template;
use axum::Router;

use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::{cards, page};
use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::entered::Entered;
use crate::error::Result;
use crate::extract::Path;
use crate::forms::Form;
use crate::model::{Amenity, City, Place};
use crate::respond::Known;
use crate::{App, assets};
use sent::Sent;

pub(super) fn router() -> Router<App> {
    Router::new()
        .merge(page("/cities/{id}/places/new", get(blank).post(create)))
        .merge(page("/places/{id}/edit", get(edit).post(update)))
}

#[derive(Template)]
#[template(path = "place_form.html")]
struct PlaceForm<'a> {
    heading: &'a str,
    action: &'a str,
    /// Where the form has been opened, and where its other way out leads.
    back: String,
    back_name: &'a str,
    /// What can be chosen.
    amenities: Vec<&'a Amenity>,
    /// The ids of the chosen ones.
    chosen: HashSet<&'a str>,
    form: &'a Form,
}

impl<'a> PlaceForm<'a> {
    fn new(city: &'a City, amenities: &'a [Amenity], form: &'a Form) -> PlaceForm<'a> {
        PlaceForm {
            heading: "Add a place",
            action: "Add the place",
            back: format!("/cities/{}", city.id),
            back_name: &city.name,
            amenities: amenities.iter().collect(),
            chosen: HashSet::new(),
            form,
        }
    }

    /// What the place has can be chosen even where the list of all is too long to hold it.
    fn change(place: &'a Place, amenities: &'a [Amenity], form: &'a Form) -> PlaceForm<'a> {
        let chosen: HashSet<&str> = place.amenities.iter().map(|a| a.id.as_str()).collect();
        let others = amenities.iter().filter(|a| !chosen.contains(&*a.id));
        let mut amenities: Vec<&Amenity> = place.amenities.iter().chain(others).collect();
        amenities.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        PlaceForm {
            heading: "Edit the place",
            action: "Save the place",
            back: format!("/places/{}", place.id),
            back_name: &place.name,
            amenities,
            chosen,
            form,
        }
    }

    /// The same with other amenities chosen.
    fn with(mut self, chosen: &'a [String]) -> PlaceForm<'a> {
        self.chosen = chosen.iter().map(String::as_str).collect();
        self
    }
}

async fn blank(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let (city, amenities) = tokio::try_join!(city(&api, &id), amenities(&api))?;
    known.respond(&[city.tag, amenities.tag], || {
        PlaceForm::new(&city.value, &amenities.value, &sent::empty()).render()
    })
}

async fn create(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let (city, amenities) = tokio::try_join!(city(&api, &id), amenities(&api))?;
    let (city, amenities) = (city.value, amenities.value);
    let mut form = sent::empty().entered(&entered);
    let (sent, email) = (Sent::check(&mut form, &entered), form.email());
    if form.problem().is_none() {
        match sent.create(&api, &city.id, &email, form.token()).await {
            Ok(id) => return Ok(shown(&id)),
            Err(error) => form.refused(error)?,
        }
    }
    let page = PlaceForm::new(&city, &amenities, &form).with(&sent.amenities);
    Ok(form.again(page.render()?))
}

async fn edit(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let (place, amenities) = tokio::try_join!(cards::one(&api, &id), amenities(&api))?;
    known.respond(&[place.tag, amenities.tag], || {
        let form = sent::of(&place.value);
        PlaceForm::change(&place.value, &amenities.value, &form).render()
    })
}

async fn update(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let (place, amenities) = tokio::try_join!(cards::one(&api, &id), amenities(&api))?;
    let (place, amenities) = (place.value, amenities.value);
    let mut form = sent::of(&place).entered(&entered);
    let sent = Sent::check(&mut form, &entered);
    if form.problem().is_none() {
        match sent.update(&api, &place, form.token()).await {
            Ok(()) => return Ok(shown(&place.id)),
            Err(error) => form.refused(error)?,
        }
    }
    let page = PlaceForm::change(&place, &amenities, &form).with(&sent.amenities);
    Ok(form.again(page.render()?))
}

async fn city(api: &Api, id: &str) -> Result<Fetched<City>, ApiError> {
    api.fetch(&Call::get("/cities/{id}", &[id])).await
}

async fn amenities(api: &Api) -> Result<Fetched<Vec<Amenity>>, ApiError> {
    api.fetch(&cards::by_name(Call::get("/amenities", &[])))
        .await
}

fn shown(place: &str) -> Response {
    Redirect::to(&format!("/places/{place}")).into_response()
}
