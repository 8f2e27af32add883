//! Asks clients to open their next connection elsewhere, once this process is about to end.

use axum::http::{HeaderMap, HeaderValue, Version, header};

/// HTTP/2 has no such header; its connections are told by GOAWAY.
pub(super) fn tell(version: Version, headers: &mut HeaderMap) {
    if version < Version::HTTP_2 {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}
