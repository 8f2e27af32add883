//! Every page that is not a success. One table of statuses; a failure is told to the log here, once, and its inner text
//! never leaves the process.

use std::any::Any;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use kit::layers::Failure;

use crate::api_client::ApiError;
use crate::{assets, look};

/// What a person is told of a fault of the site.
const BROKEN: &str = "Something went wrong on our side.";

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("not found")]
    NotFound,
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The client's own mistake, and what would be right.
    #[error("{0}")]
    BadRequest(String),
    /// A form that another site has sent.
    #[error("sent from another site")]
    Forbidden,
    /// A form that is longer than any that this site has.
    #[error("the form is too long")]
    TooLarge,
    #[error(transparent)]
    Api(ApiError),
    #[error("{0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Error {
        match error {
            ApiError::Refused(StatusCode::NOT_FOUND, _) => Error::NotFound,
            ApiError::Refused(StatusCode::BAD_REQUEST, told) => Error::BadRequest(told),
            ApiError::TooLong => Error::BadRequest("the address is too long".to_owned()),
            other => Error::Api(other),
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Error {
        Error::Internal(error.into())
    }
}

impl Error {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Error::Api(ApiError::Late(_)) => StatusCode::GATEWAY_TIMEOUT,
            Error::Api(
                ApiError::Unreachable(_) | ApiError::Failed(StatusCode::SERVICE_UNAVAILABLE, _),
            ) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Api(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// What the person is told.
    fn sentence(&self) -> String {
        let sentence = match self {
            Error::NotFound => "There is no such page, or what it showed has been removed.",
            Error::MethodNotAllowed => "This page cannot be used in this way.",
            Error::BadRequest(told) => return unanswerable(told),
            Error::Forbidden => "A form can only be sent from this site's own pages.",
            Error::TooLarge => "This is more than any form here can take.",
            Error::Api(_) => {
                "The site cannot reach its data right now. Please try again in a moment."
            }
            Error::Internal(_) => BROKEN,
        };
        sentence.to_owned()
    }

    /// What the log is told: nothing of the client's own mistakes.
    fn failure(&self) -> Option<Failure> {
        match self {
            Error::Api(ApiError::Failed(_, Some(failure))) => Some(failure.clone()),
            Error::Api(error) => Some(Failure::warning(error)),
            Error::Internal(error) => Some(Failure::error(error)),
            _ => None,
        }
    }
}

/// What a person is told of a fault of the request.
fn unanswerable(told: &str) -> String {
    format!("This cannot be answered: {told}.")
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    status: u16,
    reason: &'a str,
    sentence: &'a str,
}

/// The page for a status. One that cannot even say what is wrong is empty.
fn page(status: StatusCode, sentence: &str) -> String {
    let page = Page {
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default(),
        sentence,
    };
    page.render().unwrap_or_default()
}

/// The page that tells of what was refused before the pages were asked: the [`kit::layers::RefusalPage`] of the site.
pub fn refusal_page(status: StatusCode, sentence: &str) -> String {
    let told = match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            "The site has too much to do right now. Please try again in a moment.".to_owned()
        }
        status if status.is_server_error() => BROKEN.to_owned(),
        _ => unanswerable(sentence),
    };
    page(status, &told)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let html = page(status, &self.sentence());
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(failure) = self.failure() {
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
