//! Who may write.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kit::config::Secret;
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::routes;

/// Lets reads pass, and writes that bring the token. Without a token all may write, as in the originals.
pub(crate) async fn require_token(
    State(token): State<Option<Secret>>,
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
    let path = request.uri().path().trim_end_matches('/');
    let search = path.strip_prefix(routes::ROOT) == Some(routes::SEARCH);
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
