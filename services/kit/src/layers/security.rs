//! What a browser may do with an answer. A handler's own word on it stands.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];
/// Of a page: everything from its own site, nothing inline, in nobody's frame.
const PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
);

pub(super) fn put(headers: &mut HeaderMap) {
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if is_page {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(PAGE);
    }
}
