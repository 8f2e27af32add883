//! The body of a request.

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::App;
use crate::error::{Error, Result};
use crate::json::Fields;

/// A body that was read whole, and is looked at only when the handler comes to it: an unknown object is told before a
/// broken body.
pub(crate) struct Body {
    is_json: bool,
    bytes: Bytes,
}

impl Body {
    /// The members of the JSON object in the body.
    pub(crate) fn object(self) -> Result<Fields> {
        if !self.is_json {
            return Err(Error::NotAJson);
        }
        let text = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.bytes);
        match serde_json::from_slice(text) {
            Ok(Value::Object(members)) => Ok(Fields(members)),
            Ok(Value::Null) | Err(_) => Err(Error::NotAJson),
            Ok(_) => Err(Error::NotAnObject),
        }
    }
}

impl FromRequest<App> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Body> {
        let is_json = has_json_type(request.headers());
        let bytes = read(request, app.body_limit).await?;
        Ok(Body { is_json, bytes })
    }
}

/// `application/json` or `application/*+json`; case and parameters do not matter.
fn has_json_type(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let subtype = essence.strip_prefix("application/").unwrap_or_default();
    subtype == "json" || subtype.ends_with("+json")
}

/// Reads the body, and stops at the limit; the connection takes care of the rest.
async fn read(request: Request, limit: usize) -> Result<Bytes> {
    let mut body = request.into_body();
    if body.size_hint().lower() > limit as u64 {
        return Err(Error::TooLarge(limit));
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // A body that breaks off reaches nobody: the connection is gone.
        let Ok(data) = frame.map_err(|_| Error::NotAJson)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            return Err(Error::TooLarge(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}
