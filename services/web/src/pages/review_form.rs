//! `/places/ID/reviews/new` and `/reviews/ID/edit`: a review is written, or changed.

use askama::Template;
use axum::Router;

use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::page;
use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::author::author;
use crate::entered::Entered;
use crate::error::Result;
use crate::extract::Path;
use crate::forms::Form;
use crate::model::{Place, Review};
use crate::respond::Known;
use crate::{App, assets};

pub(super) fn router() -> Router<App> {
    Router::new()
        .merge(page("/places/{id}/reviews/new", get(blank).post(create)))
        .merge(page("/reviews/{id}/edit", get(edit).post(update)))
}

#[derive(Template)]
#[template(path = "review_form.html")]
struct ReviewForm<'a> {
    heading: &'a str,
    action: &'a str,
    /// The page of the place.
    back: String,
    back_name: &'a str,
    form: &'a Form,
}

impl<'a> ReviewForm<'a> {
    fn new(place: &'a Place, form: &'a Form) -> ReviewForm<'a> {
        ReviewForm {
            heading: "Write a review",
            action: "Send the review",
            back: format!("/places/{}", place.id),
            back_name: &place.name,
            form,
        }
    }

    fn change(review: &'a Review, form: &'a Form) -> ReviewForm<'a> {
        ReviewForm {
            heading: "Edit the review",
            action: "Save the review",
            back: format!("/places/{}", review.place_id),
            back_name: review.place_name(),
            form,
        }
    }
}

/// The form for a new review.
pub(super) fn empty() -> Form {
    Form::new(&[("text", ""), ("email", "")])
}

async fn blank(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let place = place(&api, &id).await?;
    known.respond(&[place.tag], || {
        ReviewForm::new(&place.value, &empty()).render()
    })
}

async fn create(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let place = place(&api, &id).await?.value;
    let mut form = empty().entered(&entered);
    let (text, email) = (form.needed("text"), form.email());
    if form.problem().is_none() {
        match send(&api, &id, &text, &email, form.token()).await {
            Ok(_) => return Ok(shown(&place.id)),
            Err(error) => form.refused(error)?,
        }
    }
    Ok(form.again(ReviewForm::new(&place, &form).render()?))
}

async fn send(
    api: &Api,
    place: &str,
    text: &str,
    email: &str,
    token: Option<&str>,
) -> Result<Fetched<Value>, ApiError> {
    let user_id = author(api, email, token).await?;
    let review = Call::change(Method::POST, "/places/{id}/reviews", &[place])
        .with(&json!({ "user_id": user_id, "text": text }))
        .token(token);
    api.fetch(&review).await
}

async fn edit(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let review = review(&api, &id).await?;
    known.respond(&[review.tag], || {
        let form = Form::new(&[("text", &review.value.text)]);
        ReviewForm::change(&review.value, &form).render()
    })
}

async fn update(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let review = review(&api, &id).await?.value;
    let mut form = Form::new(&[("text", "")]).entered(&entered);
    let text = form.needed("text");
    if form.problem().is_none() {
        let change = Call::change(Method::PUT, "/reviews/{id}", &[&id])
            .with(&json!({ "text": text }))
            .token(form.token());
        match api.fetch::<Value>(&change).await {
            Ok(_) => return Ok(shown(&review.place_id)),
            Err(error) => form.refused(error)?,
        }
    }
    Ok(form.again(ReviewForm::change(&review, &form).render()?))
}

async fn place(api: &Api, id: &str) -> Result<Fetched<Place>, ApiError> {
    api.fetch(&Call::get("/places/{id}", &[id])).await
}

/// A review and its place.
pub(super) async fn review(api: &Api, id: &str) -> Result<Fetched<Review>, ApiError> {
    let review = Call::get("/reviews/{id}", &[id]);
    api.fetch(&review.query("include", "place")).await
}

/// To the reviews of the place.
pub(super) fn shown(place: &str) -> Response {
    Redirect::to(&format!("/places/{place}#reviews")).into_response()
}
