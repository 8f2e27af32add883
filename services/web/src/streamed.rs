//! Pages that list everything: sent slice by slice, as fast as the client reads, so that none is ever there as a whole.

mod states;

pub(crate) use states::Part;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Extension};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use kit::layers::Streamed;
use serde::de::DeserializeOwned;

use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::error::Result;

/// Rows that the API is asked for at once.
const SLICE: &str = "250";

type Stream = BoxStream<'static, std::result::Result<Bytes, BoxError>>;

/// A list of the API, of which the first slice is there.
pub(crate) struct List<T> {
    api: Api,
    call: Call,
    first: Fetched<Vec<T>>,
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    /// Begins to read a list; `call` is the one for all of it.
    pub(crate) async fn begin(api: &Api, call: Call) -> Result<List<T>, ApiError> {
        let call = call.query("limit", SLICE);
        let first = api.fetch(&call).await?;
        Ok(List {
            api: api.clone(),
            call,
            first,
        })
    }
}

/// A page on its way. A failure in the middle breaks it off, so that half a page is not taken for a whole one.
pub(crate) struct Page {
    parts: Vec<Stream>,
}

impl Page {
    /// A page that begins with this.
    pub(crate) fn new(head: String) -> Page {
        Page { parts: Vec::new() }.text(head)
    }

    /// Then comes this.
    pub(crate) fn text(mut self, text: String) -> Page {
        let text = stream::once(async { Ok(Bytes::from(text)) });
        self.parts.push(text.boxed());
        self
    }

    /// Then come all rows of the list, each slice as `render` shows it.
    pub(crate) fn list<T, R>(mut self, list: List<T>, render: R) -> Page
    where
        T: DeserializeOwned + Send + 'static,
        R: Fn(&[T]) -> askama::Result<String> + Send + 'static,
    {
        let List { api, call, first } = list;
        let slices = stream::try_unfold(
            (Some(Slice::Here(first)), api, call, render),
            move |(slice, api, call, render)| async move {
                let fetched = match slice {
                    Some(Slice::Here(fetched)) => fetched,
                    Some(Slice::At(link)) => api.anew().fetch(&call.follow(link)).await?,
                    None => return Ok::<_, BoxError>(None),
                };
                let text = render(&fetched.value)?;
                let next = fetched.next.map(Slice::At);
                Ok(Some((Bytes::from(text), (next, api, call, render))))
            },
        );
        self.parts.push(slices.boxed());
        self
    }
}

/// A slice of a list that is next.
enum Slice<T> {
    Here(Fetched<Vec<T>>),
    At(String),
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let body = Body::from_stream(stream::iter(self.parts).flatten());
        let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
        // What it shows may change at any moment, and to see whether it has it would have to be made.
        let head = [kind, (header::CACHE_CONTROL, "no-cache")];
        (Extension(Streamed), head, body).into_response()
    }
}
