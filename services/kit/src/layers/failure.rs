//! Why a request failed.

use std::fmt::Display;
use std::sync::Arc;

use tracing::Level;

/// Put by a service into the extensions of an answer: why the request failed. The request's line in the log tells it,
/// and the client never sees it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub(super) level: Level,
    pub(super) cause: Arc<str>,
}

impl Failure {
    /// A fault of the service, whose line is logged as an error.
    pub fn error(cause: impl Display) -> Failure {
        Failure::of(Level::ERROR, &cause)
    }

    /// Trouble that may pass by itself, such as a lost database: the line is logged as a warning.
    pub fn warning(cause: impl Display) -> Failure {
        Failure::of(Level::WARN, &cause)
    }

    fn of(level: Level, cause: &dyn Display) -> Failure {
        let cause = cause.to_string().into();
        Failure { level, cause }
    }
}
