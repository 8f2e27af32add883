//! Lists: whole and streamed, or by pages.

use axum::body::Body;
use axum::extract::{FromRequestParts, OriginalUri, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Extension};
use bytes::Bytes;
use domain::{Id, Page};
use futures_util::stream;
use kit::layers::Streamed;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::json::{self, MEDIA_TYPE};

/// Rows read at once, at first: some 100 KB of places. Between two slices the connection goes back to the pool, so that a
/// slow reader holds none.
const SLICE: u32 = 250;
/// Slices grow to this many rows, since each slice of a search does part of the search again.
const MOST: u32 = 500;

pub(crate) const BAD_LIMIT: &str = "limit must be a whole number from 1 to 1000";
pub(crate) const BAD_CURSOR: &str = "cursor must be one that a Link header gave";

/// Which part of a list the query string asks for: by `limit` and `cursor`; all of it without.
pub(crate) struct Listing {
    path: String,
    limit: Option<u32>,
    cursor: Option<Id>,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Listing> {
        // A query string that cannot be read is ignored like an unknown key.
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .unwrap_or_default();
        let path = match OriginalUri::from_request_parts(parts, state).await {
            Ok(OriginalUri(uri)) => uri.path().to_owned(),
        };
        let mut listing = Listing {
            path,
            limit: None,
            cursor: None,
        };
        for (key, value) in pairs {
            match key.as_str() {
                "limit" => listing.limit = Some(limit(&value).ok_or(Error::BadQuery(BAD_LIMIT))?),
                "cursor" => {
                    listing.cursor = Some(value.parse().map_err(|_| Error::BadQuery(BAD_CURSOR))?);
                }
                _ => {}
            }
        }
        Ok(listing)
    }
}

fn limit(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|limit| digits && (1..=1000).contains(limit))
}

/// Answers with the rows that `read` gives for a page, in the order of their ids.
pub(crate) async fn respond<T, F>(
    listing: Listing,
    id: fn(&T) -> Id,
    read: impl Fn(Page) -> F + Send + 'static,
) -> Result<Response>
where
    T: Serialize + Send + 'static,
    F: Future<Output = domain::Result<Vec<T>>> + Send,
{
    let first = |limit| match listing.cursor {
        Some(cursor) => Page::after(cursor, limit),
        None => Page::first(limit),
    };
    match listing.limit {
        // One row more than asked for tells whether there is a next page.
        Some(limit) => page(&listing.path, limit, id, read(first(limit + 1)).await?),
        None => whole(id, &read(first(SLICE)).await?, read),
    }
}

fn page<T: Serialize>(
    path: &str,
    limit: u32,
    id: fn(&T) -> Id,
    mut rows: Vec<T>,
) -> Result<Response> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let mut response = json::Json(StatusCode::OK, &rows).into_response();
    if let Some(last) = rows.last().filter(|_| more) {
        let link = format!("<{path}?limit={limit}&cursor={}>; rel=\"next\"", id(last));
        // A path that is no header value cannot have come in a request line.
        let link = HeaderValue::from_str(&link).map_err(|error| Error::Internal(error.into()))?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The list from its first slice on. A list that is no longer than that has a length; a longer one is sent slice by
/// slice, as fast as the client reads. A failure on the way breaks the connection off, so that half a list is not taken
/// for a whole one.
fn whole<T, F>(
    id: fn(&T) -> Id,
    first: &[T],
    read: impl Fn(Page) -> F + Send + 'static,
) -> Result<Response>
where
    T: Serialize + Send + 'static,
    F: Future<Output = domain::Result<Vec<T>>> + Send,
{
    let mut chunk = vec![b'['];
    let next =
        append(&mut chunk, first, SLICE, id).map_err(|error| Error::Internal(error.into()))?;
    let Some(page) = next else {
        chunk.extend_from_slice(b"]\n");
        return Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], chunk).into_response());
    };
    let start = stream::once(async { Ok(Bytes::from(chunk)) });
    let rest = stream::try_unfold((Some(page), read), move |(page, read)| async move {
        let Some(page) = page else {
            return Ok::<_, BoxError>(None);
        };
        let limit = page.limit;
        let rows = read(page).await?;
        let mut chunk = if rows.is_empty() {
            Vec::new()
        } else {
            vec![b',']
        };
        let next = append(&mut chunk, &rows, limit, id)?;
        if next.is_none() {
            chunk.extend_from_slice(b"]\n");
        }
        Ok(Some((Bytes::from(chunk), (next, read))))
    });
    let body = Body::from_stream(stream::StreamExt::chain(start, rest));
    let head = (Extension(Streamed), [(header::CONTENT_TYPE, MEDIA_TYPE)]);
    Ok((head, body).into_response())
}

/// Writes a slice's rows with commas between them, and tells which slice follows: none after one that is not full.
fn append<T: Serialize>(
    chunk: &mut Vec<u8>,
    rows: &[T],
    limit: u32,
    id: fn(&T) -> Id,
) -> serde_json::Result<Option<Page>> {
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            chunk.push(b',');
        }
        json::write(chunk, row)?;
    }
    let last = rows.last().filter(|_| rows.len() >= limit as usize);
    Ok(last.map(|last| Page::after(id(last), (limit * 2).min(MOST))))
}
