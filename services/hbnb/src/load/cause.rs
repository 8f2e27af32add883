//! Why a request has failed.

use std::fmt;

/// Kinds of failure, as they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// No connection.
    Connect,
    /// The connection ended before an answer began.
    Reset,
    /// It ended within the answer.
    Truncated,
    /// The time for one request was up.
    Timeout,
    /// Another status than the step wants.
    Status(u16),
    /// The right status, and not what belongs to it.
    Content,
    /// Not started, as too many were under way.
    Dropped,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Connect => f.write_str("connect"),
            Cause::Reset => f.write_str("reset"),
            Cause::Truncated => f.write_str("truncated"),
            Cause::Timeout => f.write_str("timeout"),
            Cause::Status(status) => write!(f, "status {status}"),
            Cause::Content => f.write_str("content"),
            Cause::Dropped => f.write_str("dropped"),
        }
    }
}

/// A failure, and what can be told of it.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub(crate) cause: Cause,
    pub(crate) detail: String,
}

impl Failed {
    pub(crate) fn new(cause: Cause, detail: impl fmt::Display) -> Failed {
        Failed {
            cause,
            detail: detail.to_string(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.detail)
    }
}
