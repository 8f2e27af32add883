//! Parameters of the path and of the query string.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The ids of a path. What is no id names nothing: 404, not the framework's 400.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(ids)| Path(ids))
            .map_err(|_| Error::NotFound)
    }
}

/// The pairs of a query string. One that cannot be read has none, as if it had no key that is known.
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The values of a key, as they come.
    pub(crate) fn all(&self, key: &str) -> impl DoubleEndedIterator<Item = &str> {
        let found = self.0.iter().filter(move |(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Pairs {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Pairs, Infallible> {
        let pairs = Query::from_request_parts(parts, state).await;
        Ok(Pairs(pairs.map(|Query(pairs)| pairs).unwrap_or_default()))
    }
}
