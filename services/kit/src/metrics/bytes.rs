//! What is measured of the bodies of requests and answers.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, Opts};

use super::{REGISTRY, class};

static BYTES: LazyLock<prometheus::Result<Bytes>> = LazyLock::new(Bytes::register);

struct Bytes {
    received: IntCounterVec,
    sent: IntCounterVec,
}

impl Bytes {
    fn register() -> prometheus::Result<Bytes> {
        let received = Opts::new(
            "http_request_bytes_total",
            "Bytes of request bodies that were read.",
        );
        let sent = Opts::new(
            "http_response_bytes_total",
            "Bytes of answers' bodies that were sent.",
        );
        let labels = ["method", "route", "status"];
        let bytes = Bytes {
            received: IntCounterVec::new(received, &labels)?,
            sent: IntCounterVec::new(sent, &labels)?,
        };
        REGISTRY.register(Box::new(bytes.received.clone()))?;
        REGISTRY.register(Box::new(bytes.sent.clone()))?;
        Ok(bytes)
    }
}

/// A request has ended with this status, after so many bytes of its body and of its answer's.
pub(crate) fn transferred(method: &str, route: &str, status: u16, received: u64, sent: u64) {
    let Ok(bytes) = &*BYTES else { return };
    let labels = [method, route, class(status)];
    bytes.received.with_label_values(&labels).inc_by(received);
    bytes.sent.with_label_values(&labels).inc_by(sent);
}
