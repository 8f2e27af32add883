//! Which part of a list is asked for, and how it is to be shown.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use domain::{Invalid, Order};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};
use crate::extract::Pairs;
use crate::include::Include;
use crate::list::cursor;
use crate::resource::Resource;

/// The longest page.
const MOST: u32 = 1000;
pub(crate) const BAD_LIMIT: &str = "limit must be a whole number from 1 to 1000";
pub(crate) const BAD_CURSOR: &str = "cursor must be one that a Link header gave";

/// What is written as it is in a query string.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What the query string asks for: by `sort`, `limit` and `cursor` which objects, by `include` what of them; all objects
/// by id and nothing else without.
pub(crate) struct Listing<T: 'static> {
    pub(super) order: Order,
    pub(super) limit: Option<u32>,
    pub(super) include: Include<T>,
    pub(super) link: Link,
}

/// What leads to another page of a list.
pub(super) struct Link {
    path: String,
    /// The parameters that stay the same, as they stand in a query string, with an `&` after each.
    kept: String,
}

impl<T> Listing<T> {
    /// Keeps a parameter of the route's own in the link to the next page.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.link.keep(name, value);
    }
}

impl Link {
    fn keep(&mut self, name: &str, value: &str) {
        let value = utf8_percent_encode(value, ESCAPED);
        self.kept.push_str(&format!("{name}={value}&"));
    }

    /// The header for the page that begins so.
    pub(super) fn header(&self, limit: u32, next: &Order) -> Result<HeaderValue> {
        let Link { path, kept } = self;
        let cursor = cursor::write(next);
        let cursor = utf8_percent_encode(&cursor, ESCAPED);
        let link = format!("<{path}?{kept}limit={limit}&cursor={cursor}>; rel=\"next\"");
        // A path that is no header value cannot have come in a request line.
        HeaderValue::from_str(&link).map_err(|error| Error::Internal(error.into()))
    }
}

impl<T: Resource, S: Send + Sync> FromRequestParts<S> for Listing<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Listing<T>> {
        let Ok(pairs) = Pairs::from_request_parts(parts, state).await;
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let (sort, include) = (sort::<T>(&pairs)?, Include::read(&pairs)?);
        let mut link = Link {
            path: uri.path().to_owned(),
            kept: String::new(),
        };
        if let Some((word, _)) = sort {
            link.keep("sort", word);
        }
        if let Some(names) = include.names() {
            link.keep("include", &names);
        }
        if let Some(most) = include.most() {
            link.keep("include_limit", &most.to_string());
        }
        let (_, start) = sort.unwrap_or(&T::ORDERS[0]);
        let (mut order, mut limit) = (start.clone(), None);
        for text in pairs.all("limit") {
            limit = Some(number(text, MOST).ok_or(Error::BadQuery(BAD_LIMIT))?);
        }
        for text in pairs.all("cursor") {
            order = cursor::read(start, text).ok_or(Error::BadQuery(BAD_CURSOR))?;
        }
        Ok(Listing {
            order,
            limit,
            include,
            link,
        })
    }
}

/// The order that is asked for. A class that has one alone does not know the key.
fn sort<T: Resource>(pairs: &Pairs) -> Result<Option<&'static (&'static str, Order)>> {
    let mut found = None;
    for text in pairs.all("sort").filter(|_| T::ORDERS.len() > 1) {
        let order = T::ORDERS.iter().find(|(word, _)| *word == text);
        found = Some(order.ok_or_else(|| bad_sort(T::ORDERS.iter().map(|(word, _)| *word)))?);
    }
    Ok(found)
}

pub(crate) fn bad_sort<'a>(words: impl Iterator<Item = &'a str>) -> Error {
    let words: Vec<&str> = words.collect();
    Error::Invalid(Invalid {
        field: "sort",
        reason: format!("must be {}", words.join(" or ")),
    })
}

/// A whole number from 1 to `most`.
pub(crate) fn number(text: &str, most: u32) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && (1..=most).contains(number))
}
