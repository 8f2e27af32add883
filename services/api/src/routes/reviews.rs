//! `/places/{id}/reviews` and `/reviews/{id}`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::{Id, Order, Place, Review, User};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::include::{Include, Part, Source, With};
use crate::json::{Body, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::resource::{BY_ID, NEWEST, Resource};
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route(
            "/places/{id}/reviews",
            Allow::COLLECTION,
            get(index).post(create),
        ))
        .merge(route(
            "/reviews/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for Review {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID, NEWEST];
    const PARTS: &'static [Part<Review>] = &[
        Part::new("place", |review| review.place_id, Source::Place),
        Part::new("user", |review| review.user_id, Source::User),
    ];

    fn after(&self, order: &Order) -> Order {
        match order {
            Order::Newest(_) => Order::Newest(Some((self.created_at, self.id))),
            _ => Order::Id(Some(self.id)),
        }
    }
}

async fn index(
    Of(app): Of<App>,
    Path(place): Path<Id>,
    listing: Listing<Review>,
) -> Result<Response> {
    Place::find(&app.store, place)
        .await?
        .ok_or(Error::NotFound)?;
    let read = move |store, page| async move { Review::list_of_place(&store, place, &page).await };
    list::respond(listing, app.store, read).await
}

async fn create(Of(app): Of<App>, Path(place): Path<Id>, body: Body) -> Result<Json<Review>> {
    Place::find(&app.store, place)
        .await?
        .ok_or(Error::NotFound)?;
    let mut fields = body.object()?;
    let user = fields.required_id("user_id")?;
    User::find(&app.store, user).await?.ok_or(Error::NotFound)?;
    let text = fields.required_text("text")?;
    Ok(Json(
        StatusCode::CREATED,
        Review::create(&app.store, place, user, text).await?,
    ))
}

async fn show(
    Of(app): Of<App>,
    Path(id): Path<Id>,
    include: Include<Review>,
) -> Result<Json<With<Review>>> {
    let review = Review::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(StatusCode::OK, include.one(&app.store, review).await?))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<Review>> {
    Review::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    let text = body.object()?.text("text")?;
    Ok(Json(
        StatusCode::OK,
        Review::update(&app.store, id, text)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(Review::delete(&app.store, id).await?)
}
