//! Users.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::limits::{SHORT, check, check_some};
use crate::password;
use crate::store::{Store, on_engine};
use crate::{Id, Page, Result, Timestamp};

/// A user; places and reviews go with it. The password's hash is never read.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
#[serde(tag = "__class__")]
pub struct User {
    pub created_at: Timestamp,
    /// At most 128 characters; nothing more is asked of it, and two users may have one.
    pub email: String,
    /// At most 128 characters.
    pub first_name: Option<String>,
    pub id: Id,
    /// At most 128 characters.
    pub last_name: Option<String>,
    pub updated_at: Timestamp,
}

/// What a new user is made of.
pub struct NewUser {
    pub email: String,
    /// In clear; only its hash is kept.
    pub password: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

/// What a user may change; `None` leaves a field as it is.
#[derive(Default)]
pub struct UserChanges {
    pub password: Option<String>,
    pub first_name: Option<Option<String>>,
    pub last_name: Option<Option<String>>,
}

/// All that is read of users.
pub(crate) const SELECT: &str =
    "SELECT id, created_at, updated_at, email, first_name, last_name FROM users";

impl User {
    /// Makes a user. The password is hashed outside the async threads.
    pub async fn create(store: &Store, new: NewUser) -> Result<User> {
        let NewUser {
            email,
            password,
            first_name,
            last_name,
        } = new;
        check("email", &email, SHORT)?;
        check_names(first_name.as_deref(), last_name.as_deref())?;
        let hash = password::hash(password).await?;
        let (created_at, updated_at) = (Timestamp::now(), Timestamp::now());
        let user = User {
            created_at,
            email,
            first_name,
            id: Id::random(),
            last_name,
            updated_at,
        };
        let sql =
            "INSERT INTO users (id, created_at, updated_at, email, password, first_name, last_name)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let mut connection = store.write("user.create").await?;
        on_engine!(connection, |c| {
            sqlx::query(sql)
                .bind(user.id)
                .bind(user.created_at)
                .bind(user.updated_at)
                .bind(&user.email)
                .bind(&hash)
                .bind(&user.first_name)
                .bind(&user.last_name)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(user)
    }

    /// The user with this id.
    pub async fn find(store: &Store, id: Id) -> Result<Option<User>> {
        store.find("user.find", SELECT, id).await
    }

    /// A page of all users; by id.
    pub async fn list(store: &Store, page: &Page) -> Result<Vec<User>> {
        store.list("user.list", SELECT, page).await
    }

    /// A page of the users with exactly this e-mail address; by id.
    pub async fn list_of_email(store: &Store, email: &str, page: &Page) -> Result<Vec<User>> {
        check("email", email, SHORT)?;
        let of = ("email", email);
        store.list_of("user.list_of_email", SELECT, of, page).await
    }

    /// The users with these ids, by id; those that are not there are left out.
    pub async fn find_all(store: &Store, ids: &[Id]) -> Result<HashMap<Id, User>> {
        let users = store.find_all("user.find_all", SELECT, ids).await?;
        Ok(users
            .into_iter()
            .map(|user: User| (user.id, user))
            .collect())
    }

    /// Sets what is given and moves `updated_at`; none when there is no such user.
    pub async fn update(store: &Store, id: Id, changes: UserChanges) -> Result<Option<User>> {
        let UserChanges {
            password,
            first_name,
            last_name,
        } = changes;
        check_names(
            first_name.as_ref().and_then(Option::as_deref),
            last_name.as_ref().and_then(Option::as_deref),
        )?;
        let hash = match password {
            Some(password) => Some(password::hash(password).await?),
            None => None,
        };
        let sql = "UPDATE users SET
                       password = COALESCE($2, password),
                       first_name = CASE WHEN $3 THEN $4 ELSE first_name END,
                       last_name = CASE WHEN $5 THEN $6 ELSE last_name END,
                       updated_at = $7
                   WHERE id = $1 RETURNING id, created_at, updated_at, email, first_name, last_name";
        let mut connection = store.write("user.update").await?;
        Ok(on_engine!(connection, |c| {
            sqlx::query_as(sql)
                .bind(id)
                .bind(hash)
                .bind(first_name.is_some())
                .bind(first_name.flatten())
                .bind(last_name.is_some())
                .bind(last_name.flatten())
                .bind(Timestamp::now())
                .fetch_optional(c)
                .await
        })?)
    }

    /// Deletes the user with all places and reviews of theirs; tells whether it was there.
    pub async fn delete(store: &Store, id: Id) -> Result<bool> {
        store
            .delete("user.delete", "DELETE FROM users WHERE id = $1", id)
            .await
    }
}

fn check_names(first: Option<&str>, last: Option<&str>) -> Result<()> {
    check_some("first_name", first, SHORT)?;
    check_some("last_name", last, SHORT)?;
    Ok(())
}
