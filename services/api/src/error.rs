//! Every answer that is not a success. One table of statuses; a failure is told to the log here, once, and its inner
//! text never leaves the process.

use std::any::Any;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Invalid;
use kit::layers::Failure;
use serde::Serialize;

use crate::json::Json;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Not found")]
    NotFound,
    #[error("Not a JSON")]
    NotAJson,
    #[error("Not a JSON object")]
    NotAnObject,
    #[error("Missing {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("{0}")]
    BadQuery(&'static str),
    #[error("Method not allowed")]
    MethodNotAllowed,
    #[error("The body has more than {0} bytes")]
    TooLarge(usize),
    #[error("This needs the header Authorization: Bearer, with the token of this site")]
    Unauthorized,
    #[error("The service is not available now, try again later")]
    Unavailable(#[source] domain::Error),
    #[error("Internal server error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

#[derive(Serialize)]
struct Body {
    error: String,
}

impl Error {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::NotAJson
            | Error::NotAnObject
            | Error::Missing(_)
            | Error::Invalid(_)
            | Error::BadQuery(_) => StatusCode::BAD_REQUEST,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Unauthorized => StatusCode::UNAUTHORIZED,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the log is told: nothing of the client's own mistakes.
    fn failure(&self) -> Option<Failure> {
        match self {
            Error::Unavailable(cause) => Some(Failure::warning(cause)),
            Error::Internal(cause) => Some(Failure::error(cause)),
            _ => None,
        }
    }
}

impl From<domain::Error> for Error {
    fn from(error: domain::Error) -> Error {
        match error {
            domain::Error::Invalid(invalid) => Error::Invalid(invalid),
            // The row that the path or the body names went away while the request was answered.
            domain::Error::MissingReference => Error::NotFound,
            domain::Error::Unavailable(_) => Error::Unavailable(error),
            other => Error::Internal(other.into()),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let failure = self.failure();
        let mut response = Json(
            self.status(),
            Body {
                error: self.to_string(),
            },
        )
        .into_response();
        let headers = response.headers_mut();
        match self {
            Error::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            Error::Unavailable(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"))
            }
            _ => None,
        };
        if let Some(failure) = failure {
            response.extensions_mut().insert(failure);
        }
        response
    }
}

/// The answer to a request whose handler panicked; the panic itself has been logged.
pub(crate) fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    let mut response = Error::Internal("the handler panicked".into()).into_response();
    response.extensions_mut().remove::<Failure>();
    response
}
