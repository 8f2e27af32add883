//! Gives every request an id, the client's own if it sent a usable one.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that tells the id of a request, and of its answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions and in the `X-Request-Id` of its answer: 1 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives a request its id.
    pub(super) fn give(request: &mut Request) -> RequestId {
        let id = RequestId::of(request);
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Puts the id into the head of the answer.
    pub(super) fn put(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(self.as_str()) {
            headers.insert(REQUEST_ID, value);
        }
    }

    fn of(request: &Request) -> RequestId {
        let sent = request
            .headers()
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        match sent.filter(|id| is_usable(id)) {
            Some(id) => RequestId(id.into()),
            None => {
                let id = Uuid::new_v4().hyphenated();
                RequestId(Arc::from(&*id.encode_lower(&mut Uuid::encode_buffer())))
            }
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_usable(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}
