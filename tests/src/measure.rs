//! Times that tests measure.

use std::time::Duration;

/// The one in the middle.
///
/// # Panics
/// If there is none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
