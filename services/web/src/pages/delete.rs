//! `/places/ID/delete` and `/reviews/ID/delete`: the question, and what follows from a yes.

use askama::Template;
use axum::Router;

use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::Value;

use super::review_form::{review, shown};
use super::{cards, page};
use crate::api_client::{Api, Call};
use crate::entered::Entered;
use crate::error::Result;
use crate::extract::Path;
use crate::forms::Form;
use crate::model::{Place, Review};
use crate::respond::Known;
use crate::{App, assets};

pub(super) fn router() -> Router<App> {
    Router::new()
        .merge(page(
            "/places/{id}/delete",
            get(ask_place).post(delete_place),
        ))
        .merge(page(
            "/reviews/{id}/delete",
            get(ask_review).post(delete_review),
        ))
}

#[derive(Template)]
#[template(path = "delete.html")]
struct Delete<'a> {
    heading: &'a str,
    what: &'a str,
    consequence: &'a str,
    back: String,
    form: &'a Form,
}

impl<'a> Delete<'a> {
    fn place(place: &'a Place, form: &'a Form) -> Delete<'a> {
        Delete {
            heading: "Delete this place?",
            what: &place.name,
            consequence: "Its reviews go with it. This cannot be undone.",
            back: format!("/places/{}", place.id),
            form,
        }
    }

    fn review(review: &'a Review, form: &'a Form) -> Delete<'a> {
        Delete {
            heading: "Delete this review?",
            what: &review.text,
            consequence: "This cannot be undone.",
            back: format!("/places/{}#reviews", review.place_id),
            form,
        }
    }
}

async fn ask_place(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let place = cards::one(&api, &id).await?;
    known.respond(&[place.tag], || {
        Delete::place(&place.value, &Form::default()).render()
    })
}

async fn delete_place(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let place = cards::one(&api, &id).await?.value;
    let mut form = Form::default().entered(&entered);
    let delete = Call::change(Method::DELETE, "/places/{id}", &[&id]).token(form.token());
    match api.fetch::<Value>(&delete).await {
        Ok(_) => Ok(Redirect::to(&format!("/cities/{}", place.city_id)).into_response()),
        Err(error) => {
            form.refused(error)?;
            Ok(form.again(Delete::place(&place, &form).render()?))
        }
    }
}

async fn ask_review(api: Api, known: Known, Path(id): Path<String>) -> Result<Response> {
    let review = review(&api, &id).await?;
    known.respond(&[review.tag], || {
        Delete::review(&review.value, &Form::default()).render()
    })
}

async fn delete_review(api: Api, Path(id): Path<String>, entered: Entered) -> Result<Response> {
    let review = review(&api, &id).await?.value;
    let mut form = Form::default().entered(&entered);
    let delete = Call::change(Method::DELETE, "/reviews/{id}", &[&id]).token(form.token());
    match api.fetch::<Value>(&delete).await {
        Ok(_) => Ok(shown(&review.place_id)),
        Err(error) => {
            form.refused(error)?;
            Ok(form.again(Delete::review(&review, &form).render()?))
        }
    }
}
