//! Who may write.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kit::config::Secret;
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::routes;

/// Who may write: those who bring the token; all, where there is none, as in the originals.
#[derive(Clone)]
pub(crate) struct Guard(Option<Arc<Secret>>);

impl Guard {
    pub(crate) fn new(token: Option<Secret>) -> Guard {
        Guard(token.map(Arc::new))
    }
}

/// Lets reads pass, and writes that bring the token. Stands before the handlers of each route, so that a method without one
/// is refused as such.
pub(crate) async fn require_token(
    Extension(Guard(token)): Extension<Guard>,
    request: Request,
    next: Next,
) -> Response {
    match token {
        Some(token) if is_write(&request) && !brings(request.headers(), &token) => {
            Error::Unauthorized.into_response()
        }
        _ => next.run(request).await,
    }
}

fn is_write(request: &Request) -> bool {
    // Inside the router the path has lost its root.
    let search = request.uri().path().trim_end_matches('/') == routes::SEARCH;
    matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::DELETE
    ) && !search
}

fn brings(headers: &HeaderMap, token: &Secret) -> bool {
    let credentials = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let (scheme, given) = credentials.split_at(credentials.len().min("Bearer ".len()));
    // The comparison takes the same time wherever the first difference is; only the length shows.
    scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(given.ct_eq(token.expose().as_bytes()))
}
