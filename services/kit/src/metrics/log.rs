//! What is measured of the log.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, Opts};

use super::REGISTRY;

static DROPPED: LazyLock<prometheus::Result<IntCounterVec>> = LazyLock::new(|| {
    let dropped = Opts::new(
        "log_lines_dropped_total",
        "Lines of the log that could not be written.",
    );
    let dropped = IntCounterVec::new(dropped, &["log"])?;
    REGISTRY.register(Box::new(dropped.clone()))?;
    Ok(dropped)
});

/// Lines of a log, `access` or `error`, were dropped.
pub(crate) fn lines_dropped(log: &str, lines: u64) {
    if let Ok(dropped) = &*DROPPED {
        dropped.with_label_values(&[log]).inc_by(lines);
    }
}
