//! Whose a new place or review is.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::api_client::{Api, ApiError, Call};
use crate::model::User;

/// The id of the first user with this e-mail address, by id; of a new one if there is none. `token` is what the API may
/// want to see before it makes one.
pub(crate) async fn author(
    api: &Api,
    email: &str,
    token: Option<&str>,
) -> Result<String, ApiError> {
    let known = Call::get("/users", &[])
        .query("email", email)
        .query("limit", "1");
    let known = api.fetch::<Vec<User>>(&known).await?.value;
    if let Some(user) = known.into_iter().next() {
        return Ok(user.id.into());
    }
    // Nobody is told it, so that nobody can use it.
    let password = format!("{}{}", Uuid::new_v4(), Uuid::new_v4());
    let new = json!({ "email": email, "password": password });
    let new = Call::change(Method::POST, "/users", &[])
        .with(&new)
        .token(token);
    Ok(api.fetch::<User>(&new).await?.value.id.into())
}
