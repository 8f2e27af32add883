//! Why the API gave no answer that can be used.

use std::error::Error;
use std::time::Duration;

use axum::http::StatusCode;
use kit::layers::Failure;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// What was asked does not fit into a request.
    #[error("the request would be too long")]
    TooLong,
    #[error("the API is out of reach: {0}")]
    Unreachable(String),
    #[error("the API has not answered within {0:?}")]
    Late(Duration),
    /// The answer was not read to its end.
    #[error("the API has answered with more than {0} bytes")]
    TooLarge(usize),
    #[error("the API has answered what cannot be read: {0}")]
    Garbage(String),
    /// A status of 500 or more; the failure is there if it happened in this process.
    #[error("the API has failed with {0}")]
    Failed(StatusCode, Option<Failure>),
    /// Another status that is no success, and the API's own sentence.
    #[error("the API has refused with {0}: {1}")]
    Refused(StatusCode, String),
}

impl ApiError {
    /// That the exchange has failed. The innermost cause says most.
    pub(super) fn lost(error: &(dyn Error + 'static)) -> ApiError {
        let causes = std::iter::successors(Some(error), |error| (*error).source());
        let (mut last, mut is_garbage) = (error, false);
        for cause in causes {
            is_garbage |= cause.downcast_ref().is_some_and(hyper::Error::is_parse);
            last = cause;
        }
        match is_garbage {
            true => ApiError::Garbage(last.to_string()),
            false => ApiError::Unreachable(last.to_string()),
        }
    }

    /// Its kind, for the span.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            ApiError::TooLong => "too_long",
            ApiError::Unreachable(_) => "unreachable",
            ApiError::Late(_) => "timeout",
            ApiError::TooLarge(_) => "too_large",
            ApiError::Garbage(_) => "garbage",
            ApiError::Failed(..) | ApiError::Refused(..) => "status",
        }
    }
}
