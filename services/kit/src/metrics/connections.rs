//! What is measured of connections.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, IntGaugeVec, Opts};

use super::REGISTRY;

static CONNECTIONS: LazyLock<prometheus::Result<Connections>> =
    LazyLock::new(Connections::register);

struct Connections {
    open: IntGaugeVec,
    accepted: IntCounterVec,
    closed: IntCounterVec,
}

impl Connections {
    fn register() -> prometheus::Result<Connections> {
        let open = Opts::new("connections_open", "Connections that are open.");
        let accepted = Opts::new("connections_accepted_total", "Connections accepted.");
        let closed = Opts::new("connections_closed_total", "Connections ended, by reason.");
        let connections = Connections {
            open: IntGaugeVec::new(open, &["listener"])?,
            accepted: IntCounterVec::new(accepted, &["listener"])?,
            closed: IntCounterVec::new(closed, &["listener", "reason"])?,
        };
        REGISTRY.register(Box::new(connections.open.clone()))?;
        REGISTRY.register(Box::new(connections.accepted.clone()))?;
        REGISTRY.register(Box::new(connections.closed.clone()))?;
        Ok(connections)
    }
}

/// A connection was accepted.
pub(crate) fn opened(listener: &str) {
    if let Ok(connections) = &*CONNECTIONS {
        connections.open.with_label_values(&[listener]).inc();
        connections.accepted.with_label_values(&[listener]).inc();
    }
}

/// A connection counted by [`opened`] has ended.
pub(crate) fn closed(listener: &str, reason: &str) {
    if let Ok(connections) = &*CONNECTIONS {
        connections.open.with_label_values(&[listener]).dec();
        let labels = [listener, reason];
        connections.closed.with_label_values(&labels).inc();
    }
}

/// How many connections are open.
pub(crate) fn open(listener: &str) -> u64 {
    let open = CONNECTIONS
        .as_ref()
        .map(|all| all.open.with_label_values(&[listener]).get());
    u64::try_from(open.unwrap_or_default()).unwrap_or_default()
}
