//! The places for connections: how many there are, and why each was given up.

use super::clock::Late;
use crate::limit::{Limit, Taken};
use crate::metrics;

/// The places of a group of listeners.
#[derive(Clone)]
pub(super) struct Places {
    listener: &'static str,
    limit: Limit,
}

impl Places {
    /// As many places as the limit says. `listener` is the label in the metrics.
    pub(super) fn new(listener: &'static str, limit: Limit) -> Places {
        Places { listener, limit }
    }

    /// A place, if there is one.
    pub(super) fn free_now(&self) -> Option<Free> {
        Some(Free(self.listener, self.limit.take()?))
    }

    /// Waits for a place. Until then the next connection waits in the kernel's queue, or goes to another process.
    pub(super) async fn free(&self) -> Free {
        Free(self.listener, self.limit.wait().await)
    }
}

/// A place for the next connection.
pub(super) struct Free(&'static str, Taken);

impl Free {
    /// The connection is here.
    pub(super) fn take(self) -> Place {
        metrics::opened(self.0);
        Place {
            listener: self.0,
            reason: "drain",
            _taken: self.1,
        }
    }
}

/// The place of a connection, which has ended when this is dropped.
pub(super) struct Place {
    listener: &'static str,
    reason: &'static str,
    _taken: Taken,
}

impl Place {
    /// Says how the connection ended, unless it was cut off.
    pub(super) fn ended(
        &mut self,
        late: Option<Late>,
        error: Option<&(dyn std::error::Error + 'static)>,
    ) {
        let is_too_large = |error: &&(dyn std::error::Error + 'static)| {
            error
                .downcast_ref::<hyper::Error>()
                .is_some_and(hyper::Error::is_parse_too_large)
        };
        self.reason = match (late, error) {
            (Some(Late::Idle), _) => "idle",
            (Some(Late::Head), _) => "header_timeout",
            (Some(Late::Body), _) => "body_timeout",
            (Some(Late::Write), _) => "write_timeout",
            (Some(Late::Request), _) => "request_timeout",
            (None, Some(error)) if is_too_large(&error) => "limit",
            (None, Some(_)) => "error",
            (None, None) => "done",
        };
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::closed(self.listener, self.reason);
    }
}
