//! How many files the process may have open, of which every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files besides the connections: listeners, the database, the log, the runtime's own.
const OTHERS: u64 = 128;

/// Raises the soft limit of open files to the hard one, and warns if that is too low for so many connections; 0 is any
/// number of them, of which nothing can be said.
pub fn raise_file_limit(connection_limit: u32) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => tracing::debug!(from = limit.current, to = raised.current, "open files"),
        Err(error) => tracing::debug!(%error, "the limit of open files stays"),
    }
    let needed = u64::from(connection_limit) + OTHERS;
    // None means without end.
    let open = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if connection_limit > 0 && open < needed {
        tracing::warn!(
            "{open} files may be open, and connection_limit {connection_limit} needs {needed} with {OTHERS} for the rest: \
             raise the hard limit (ulimit -Hn, LimitNOFILE=), or lower connection_limit"
        );
    }
}
