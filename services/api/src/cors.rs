//! Cross-origin headers, also on errors.
//!
//! Not tower-http's layer: it answers every OPTIONS request itself, and the routes' `Allow` would be lost.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("DELETE, GET, HEAD, OPTIONS, POST, PUT");
/// What a script may read of an answer beside the few headers that it always may.
const EXPOSED: HeaderValue = HeaderValue::from_static("Link, X-Request-Id");

/// The origins that browsers may call from; `None` for any.
#[derive(Clone)]
pub(crate) struct Origins(Option<Arc<[String]>>);

impl Origins {
    pub(crate) fn new(list: &str) -> Origins {
        let origins: Vec<_> = list
            .split(',')
            .map(|origin| origin.trim().to_owned())
            .collect();
        if origins.iter().any(|origin| origin == "*") {
            Origins(None)
        } else {
            Origins(Some(origins.into()))
        }
    }

    /// The value of `Access-Control-Allow-Origin` for a request from this origin.
    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        match &self.0 {
            None => Some(ANY),
            Some(list) => origin
                .filter(|origin| list.iter().any(|one| one.as_bytes() == origin.as_bytes()))
                .cloned(),
        }
    }
}

pub(crate) async fn headers(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request.headers();
    let allowed = origins.allowed(asked.get(header::ORIGIN));
    let preflight = (request.method() == Method::OPTIONS
        && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD))
    .then(|| asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if origins.0.is_some() {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(allowed) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        match preflight {
            Some(asked) => answer_preflight(headers, asked),
            None => drop(headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)),
        }
    }
    response
}

fn answer_preflight(headers: &mut HeaderMap, asked: Option<HeaderValue>) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    );
    if let Some(asked) = asked {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    }
}
