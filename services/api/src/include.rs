//! `include`: what an answer tells of an object beside its own members.

mod part;
mod with;

pub(crate) use part::{Part, Source};
pub(crate) use with::With;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::{Invalid, Store};

use crate::error::{Error, Result};
use crate::extract::Pairs;
use crate::list::number;
use crate::resource::Resource;

/// The most that `include_limit` may be: some 2 MB of cities.
pub(crate) const MOST: u32 = 10_000;
pub(crate) const BAD_INCLUDE_LIMIT: &str = "include_limit must be a whole number from 1 to 10000";

/// The parts that a request asks for, sorted by name.
pub(crate) struct Include<T: 'static> {
    parts: Vec<&'static Part<T>>,
    /// The most objects of all lists of a part together.
    most: Option<u32>,
}

impl<T: Resource> Include<T> {
    /// The names in all values of the key. A class that has no parts does not know the key.
    pub(crate) fn read(pairs: &Pairs) -> Result<Include<T>> {
        let values = pairs.all("include").filter(|list| !list.is_empty());
        let names: Vec<&str> = values.flat_map(|list| list.split(',')).collect();
        let is_known = |name: &&str| T::PARTS.iter().any(|part| part.name == *name);
        if !T::PARTS.is_empty() && !names.iter().all(is_known) {
            return Err(bad_include(T::PARTS.iter().map(|part| part.name)));
        }
        let wanted = T::PARTS.iter().filter(|part| names.contains(&part.name));
        let mut most = None;
        for text in pairs
            .all("include_limit")
            .filter(|_| Part::has_list(T::PARTS))
        {
            most = Some(number(text, MOST).ok_or(Error::BadQuery(BAD_INCLUDE_LIMIT))?);
        }
        Ok(Include {
            parts: wanted.collect(),
            most,
        })
    }

    /// The value of `include_limit`.
    pub(crate) fn most(&self) -> Option<u32> {
        self.most
    }

    /// The names as one value of the key; none when nothing is asked for.
    pub(crate) fn names(&self) -> Option<String> {
        let names: Vec<&str> = self.parts.iter().map(|part| part.name).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// The object with its parts; 404 when it has gone meanwhile.
    pub(crate) async fn one(&self, store: &Store, row: T) -> Result<With<T>> {
        let found = self.all(store, vec![row]).await?.pop();
        found.ok_or(Error::NotFound)
    }

    /// The objects with their parts, by one query for each part, whatever their number. Those that have gone meanwhile
    /// are left out.
    pub(crate) async fn all(&self, store: &Store, rows: Vec<T>) -> domain::Result<Vec<With<T>>> {
        let mut all = rows.into_iter().map(With::plain).collect();
        for part in &self.parts {
            part.add(store, &mut all, self.most).await?;
        }
        Ok(all)
    }
}

impl<T: Resource, S: Send + Sync> FromRequestParts<S> for Include<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Include<T>> {
        let Ok(pairs) = Pairs::from_request_parts(parts, state).await;
        Include::read(&pairs)
    }
}

pub(crate) fn bad_include<'a>(names: impl Iterator<Item = &'a str>) -> Error {
    let names: Vec<&str> = names.collect();
    Error::Invalid(Invalid {
        field: "include",
        reason: format!("may name only {}", names.join(", ")),
    })
}
