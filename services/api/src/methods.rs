//! What a route says of its methods.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::Error;

/// The methods of a route, as `Allow` names them. The router's own list lacks OPTIONS, which [`other`] answers.
#[derive(Clone, Copy)]
pub(crate) struct Allow(&'static str);

impl Allow {
    pub(crate) const READ: Allow = Allow("GET, HEAD, OPTIONS");
    pub(crate) const COLLECTION: Allow = Allow("GET, HEAD, OPTIONS, POST");
    pub(crate) const OBJECT: Allow = Allow("DELETE, GET, HEAD, OPTIONS, PUT");
    pub(crate) const LINK: Allow = Allow("DELETE, OPTIONS, POST");
    pub(crate) const SEARCH: Allow = Allow("OPTIONS, POST");
}

/// Answers the methods for which a route has no handler: OPTIONS with what there is, all others with 405.
pub(crate) fn other(method: &Method, allow: Allow) -> Response {
    let mut response = match *method {
        Method::OPTIONS => StatusCode::OK.into_response(),
        _ => Error::MethodNotAllowed.into_response(),
    };
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allow.0));
    response
}
