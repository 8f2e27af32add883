//! What the API has answered.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kit::layers::Failure;
use serde::de::DeserializeOwned;

use super::ApiError;

/// An answer that has been understood.
#[derive(Debug)]
pub(crate) struct Fetched<T> {
    pub(crate) value: T,
    /// The path and query of the page of the list that follows.
    pub(crate) next: Option<String>,
    /// Two answers with the same tag are the same.
    pub(crate) tag: u64,
}

impl<T> Fetched<T> {
    /// The cursor of the page that follows.
    pub(crate) fn cursor(&self) -> Option<String> {
        let query = self.next.as_ref()?.split_once('?')?.1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.into_owned())
    }
}

/// An answer of the API as it came.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Why the API failed, if it did so in this process.
    failure: Option<Failure>,
}

impl Answer {
    /// Reads it to its end, at most so many bytes.
    pub(super) async fn read(response: Response<Body>, limit: usize) -> Result<Answer, ApiError> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, limit).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => ApiError::TooLarge(limit),
            false => ApiError::lost(&*error),
        })?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
            failure: head.extensions.get().cloned(),
        })
    }

    /// What the API says when it has removed something.
    pub(super) fn removed() -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"{}"),
            failure: None,
        }
    }

    /// The same if it is a success.
    pub(super) fn success(self) -> Result<Answer, ApiError> {
        if self.status.is_success() {
            return Ok(self);
        }
        if self.status.is_server_error() {
            return Err(ApiError::Failed(self.status, self.failure));
        }
        #[derive(serde::Deserialize)]
        struct Told {
            error: String,
        }
        let told = serde_json::from_slice::<Told>(&self.body);
        let told = told.map_err(|error| ApiError::Garbage(error.to_string()))?;
        Err(ApiError::Refused(self.status, told.error))
    }

    /// What it says, in the form of a `T`.
    pub(super) fn understood<T: DeserializeOwned>(self) -> Result<Fetched<T>, ApiError> {
        let value = serde_json::from_slice(&self.body);
        Ok(Fetched {
            value: value.map_err(|error| ApiError::Garbage(error.to_string()))?,
            next: self.next(),
            tag: self.tag(),
        })
    }

    fn next(&self) -> Option<String> {
        let links = self.headers.get(header::LINK)?.to_str().ok()?;
        let next = links.strip_suffix(">; rel=\"next\"")?.strip_prefix('<')?;
        Some(next.to_owned())
    }

    fn tag(&self) -> u64 {
        tag(&self.body, self.headers.get(header::LINK))
    }
}

/// What tells an answer from others.
pub(crate) fn tag(body: &[u8], link: Option<&HeaderValue>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (body, link).hash(&mut hasher);
    hasher.finish()
}
