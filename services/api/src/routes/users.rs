//! `/users`.

use axum::Router;
use axum::extract::State as Of;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::user::{NewUser, UserChanges};
use domain::{Id, Order, User};

use crate::App;
use crate::error::{Error, Result};
use crate::extract::{Pairs, Path};
use crate::include::Part;
use crate::json::{Body, Json};
use crate::list::{self, Listing};
use crate::methods::Allow;
use crate::resource::{BY_ID, Resource};
use crate::routes::{deleted, route};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(route("/users", Allow::COLLECTION, get(index).post(create)))
        .merge(route(
            "/users/{id}",
            Allow::OBJECT,
            get(show).put(update).delete(delete),
        ))
}

impl Resource for User {
    const ORDERS: &'static [(&'static str, Order)] = &[BY_ID];
    const PARTS: &'static [Part<User>] = &[];

    fn after(&self, _: &Order) -> Order {
        Order::Id(Some(self.id))
    }
}

/// All users, or those with the e-mail address that is asked for.
async fn index(Of(app): Of<App>, pairs: Pairs, mut listing: Listing<User>) -> Result<Response> {
    let email = pairs.all("email").last().map(str::to_owned);
    if let Some(email) = &email {
        listing.keep("email", email);
    }
    let read = move |store, page| {
        let email = email.clone();
        async move {
            match email {
                Some(email) => User::list_of_email(&store, &email, &page).await,
                None => User::list(&store, &page).await,
            }
        }
    };
    list::respond(listing, app.store, read).await
}

async fn create(Of(app): Of<App>, body: Body) -> Result<Json<User>> {
    let mut fields = body.object()?;
    let new = NewUser {
        email: fields.required_text("email")?,
        password: fields.required_text("password")?,
        first_name: fields.nullable_text("first_name")?.flatten(),
        last_name: fields.nullable_text("last_name")?.flatten(),
    };
    Ok(Json(
        StatusCode::CREATED,
        User::create(&app.store, new).await?,
    ))
}

async fn show(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Json<User>> {
    Ok(Json(
        StatusCode::OK,
        User::find(&app.store, id).await?.ok_or(Error::NotFound)?,
    ))
}

async fn update(Of(app): Of<App>, Path(id): Path<Id>, body: Body) -> Result<Json<User>> {
    User::find(&app.store, id).await?.ok_or(Error::NotFound)?;
    let mut fields = body.object()?;
    let changes = UserChanges {
        password: fields.text("password")?,
        first_name: fields.nullable_text("first_name")?,
        last_name: fields.nullable_text("last_name")?,
    };
    Ok(Json(
        StatusCode::OK,
        User::update(&app.store, id, changes)
            .await?
            .ok_or(Error::NotFound)?,
    ))
}

async fn delete(Of(app): Of<App>, Path(id): Path<Id>) -> Result<Response> {
    deleted(User::delete(&app.store, id).await?)
}
