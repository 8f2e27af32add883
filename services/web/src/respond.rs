//! Pages as answers: what browsers may keep, and for how long.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::error::{Error, Result};

/// Kept, but asked for again each time: whoever changes something sees it at once.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What a browser already has of a page: the entity tags of `If-None-Match`.
pub(crate) struct Known(Vec<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for Known {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Known, std::convert::Infallible> {
        let tags = parts.headers.get_all(header::IF_NONE_MATCH);
        Ok(Known(tags.iter().cloned().collect()))
    }
}

impl Known {
    /// The page that `render` makes of data with these tags, or 304 without making it if the browser has that one.
    /// `render` depends on nothing but the data and the address.
    pub(crate) fn respond(
        &self,
        tags: &[u64],
        render: impl FnOnce() -> askama::Result<String>,
    ) -> Result<Response> {
        let tag = entity_tag(tags)?;
        let head = [
            (header::ETAG, tag.clone()),
            (header::CACHE_CONTROL, ASK_AGAIN),
        ];
        if self.has(&tag) {
            return Ok((StatusCode::NOT_MODIFIED, head).into_response());
        }
        Ok((head, Html(render()?)).into_response())
    }

    fn has(&self, tag: &HeaderValue) -> bool {
        let tag = tag.as_bytes();
        self.0.iter().any(|value| {
            let tags = value.as_bytes().split(|byte| *byte == b',');
            let mut tags = tags.map(<[u8]>::trim_ascii);
            tags.any(|known| known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag)
        })
    }
}

/// Renders a page that is about so many bytes long: one that grows while it is written is copied again and again.
pub(crate) fn rendered(page: &impl Template, bytes: usize) -> askama::Result<String> {
    let mut html = String::with_capacity(bytes);
    page.render_into(&mut html)?;
    Ok(html)
}

/// Another program makes another page of the same data.
fn entity_tag(tags: &[u64]) -> Result<HeaderValue> {
    let mut hasher = DefaultHasher::new();
    (tags, env!("BUILD_ID")).hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::try_from(tag).map_err(|error| Error::Internal(error.into()))
}
