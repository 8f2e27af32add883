//! Lists: whole and streamed, or by pages.

mod cursor;
mod listing;

pub(crate) use listing::{BAD_CURSOR, BAD_LIMIT, Listing, bad_sort, number};

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Extension};
use bytes::Bytes;
use domain::{Order, Page, Store};
use futures_util::stream;
use kit::layers::Streamed;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::include::{Include, With};
use crate::json::{self, MEDIA_TYPE};
use crate::resource::Resource;

/// Rows read at once, at first: some 100 KB of places. Between two slices the connection goes back to the pool, so that a
/// slow reader holds none.
const SLICE: u32 = 250;
/// All slices but the first have this many rows, since each slice of a search does part of the search again.
const MOST: u32 = 500;

/// Answers with the rows that `read` gives for a page.
pub(crate) async fn respond<T, R, F>(listing: Listing<T>, store: Store, read: R) -> Result<Response>
where
    T: Resource,
    R: Fn(Store, Page) -> F + Send + Sync + 'static,
    F: Future<Output = domain::Result<Vec<T>>> + Send,
{
    let Listing {
        order,
        limit,
        include,
        link,
    } = listing;
    let list = List {
        store,
        include,
        read,
    };
    match limit {
        Some(limit) => {
            let slice = list.slice(order, (limit, 1)).await?;
            let mut response = json::Json(StatusCode::OK, &slice.rows).into_response();
            if let Some(next) = &slice.next {
                let link = link.header(limit, next)?;
                response.headers_mut().insert(header::LINK, link);
            }
            Ok(response)
        }
        None => whole(list.slice(order, (SLICE, 0)).await?, list),
    }
}

/// How the slices of a list are read.
struct List<T: 'static, R> {
    store: Store,
    include: Include<T>,
    read: R,
}

/// Some rows of a list, and from where on it has more.
struct Slice<T> {
    rows: Vec<With<T>>,
    next: Option<Order>,
}

impl<T, R, F> List<T, R>
where
    T: Resource,
    R: Fn(Store, Page) -> F + Send + Sync + 'static,
    F: Future<Output = domain::Result<Vec<T>>> + Send,
{
    /// Reads at most `most` rows, and so many `ahead` that are not shown: they tell whether there are more. Without any, a
    /// full slice has perhaps none behind it.
    async fn slice(&self, order: Order, (most, ahead): (u32, u32)) -> domain::Result<Slice<T>> {
        let limit = most + ahead;
        let page = Page {
            order: order.clone(),
            limit,
        };
        let mut rows = (self.read)(self.store.clone(), page).await?;
        let full = rows.len() >= limit as usize;
        rows.truncate(most as usize);
        let last = rows.last().filter(|_| full);
        let next = last.map(|row| row.after(&order));
        let rows = self.include.all(&self.store, rows).await?;
        Ok(Slice { rows, next })
    }
}

/// The list from its first slice on. A list that is no longer than that has a length; a longer one is sent slice by
/// slice, as fast as the client reads. A failure on the way breaks the connection off, so that half a list is not taken
/// for a whole one.
fn whole<T, R, F>(first: Slice<T>, list: List<T, R>) -> Result<Response>
where
    T: Resource,
    R: Fn(Store, Page) -> F + Send + Sync + 'static,
    F: Future<Output = domain::Result<Vec<T>>> + Send,
{
    let mut text = Text::START;
    let chunk = text
        .chunk(&first)
        .map_err(|error| Error::Internal(error.into()))?;
    if first.next.is_none() {
        return Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], chunk).into_response());
    }
    let start = stream::once(async { Ok(chunk) });
    let state = (first.next, text, list);
    let rest = stream::try_unfold(state, |(next, mut text, list)| async move {
        let Some(order) = next else {
            return Ok::<_, BoxError>(None);
        };
        let slice = list.slice(order, (MOST, 0)).await?;
        let chunk = text.chunk(&slice)?;
        Ok(Some((chunk, (slice.next, text, list))))
    });
    let body = Body::from_stream(stream::StreamExt::chain(start, rest));
    let head = (Extension(Streamed), [(header::CONTENT_TYPE, MEDIA_TYPE)]);
    Ok((head, body).into_response())
}

/// The text of a whole list while it is written: what comes before the next row.
struct Text(u8);

impl Text {
    const START: Text = Text(b'[');

    /// The text of the next slice; of the last one with the list's end.
    fn chunk<T: Serialize>(&mut self, slice: &Slice<T>) -> serde_json::Result<Bytes> {
        let mut chunk = Vec::new();
        for row in &slice.rows {
            chunk.push(std::mem::replace(&mut self.0, b','));
            json::write(&mut chunk, row)?;
        }
        if slice.next.is_none() {
            let empty = self.0 == b'[';
            chunk.extend_from_slice(if empty { b"[]\n" } else { b"]\n" });
        }
        Ok(Bytes::from(chunk))
    }
}
