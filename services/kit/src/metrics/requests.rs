//! What is measured of requests.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
};

use super::REGISTRY;

/// Upper bounds of the duration histogram, in seconds.
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// The labels for a status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

static REQUESTS: LazyLock<prometheus::Result<Requests>> = LazyLock::new(Requests::register);

/// The methods that have a label of their own.
pub(crate) const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// The label for a method; unknown ones share `OTHER`, because anybody can invent methods.
pub(crate) fn method_label(method: &http::Method) -> &'static str {
    METHODS
        .iter()
        .find(|known| **known == method.as_str())
        .unwrap_or(&"OTHER")
}

/// What is measured of the requests of one method to one route. It is looked up once a request, instead of once a metric.
pub(crate) struct Series {
    labels: [String; 2],
    in_flight: IntGauge,
    ended: [OnceLock<Ended>; CLASSES.len()],
}

/// The part for one class of statuses.
struct Ended {
    requests: IntCounter,
    durations: Histogram,
    received: IntCounter,
    sent: IntCounter,
}

impl Series {
    /// The one for a label of [`method_label`] and a route's template; none if the metrics could not be registered.
    pub(crate) fn of(method: &'static str, route: &str) -> Option<Arc<Series>> {
        let all = REQUESTS.as_ref().ok()?;
        let known = all.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(route).and_then(|routes| routes.get(method)) {
            return Some(series.clone());
        }
        drop(known);
        let mut known = all.series.write().unwrap_or_else(PoisonError::into_inner);
        let routes = known.entry(route.to_owned()).or_default();
        let series = routes.entry(method).or_insert_with(|| {
            Arc::new(Series {
                labels: [method.to_owned(), route.to_owned()],
                in_flight: all.in_flight.with_label_values(&[method, route]),
                ended: Default::default(),
            })
        });
        Some(series.clone())
    }

    /// A request was taken up.
    pub(crate) fn begin(&self) {
        self.in_flight.inc();
    }

    /// A request begun before has ended with this status, its body included, after so many bytes of its body and of its
    /// answer's.
    pub(crate) fn end(&self, status: u16, duration: Duration, received: u64, sent: u64) {
        self.in_flight.dec();
        let Ok(all) = &*REQUESTS else { return };
        let class = class(status);
        let ended = self.ended[class].get_or_init(|| {
            let [method, route] = &self.labels;
            all.ended(&[method, route, CLASSES[class]])
        });
        ended.requests.inc();
        ended.durations.observe(duration.as_secs_f64());
        ended.received.inc_by(received);
        ended.sent.inc_by(sent);
    }
}

/// The index of a status among [`CLASSES`]; what is no status is an error of ours.
fn class(status: u16) -> usize {
    match status {
        100..=599 => usize::from(status / 100) - 1,
        _ => CLASSES.len() - 1,
    }
}

struct Requests {
    /// By route, then by method.
    series: RwLock<HashMap<String, HashMap<&'static str, Arc<Series>>>>,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGaugeVec,
    received: IntCounterVec,
    sent: IntCounterVec,
}

impl Requests {
    fn register() -> prometheus::Result<Requests> {
        let labels = ["method", "route", "status"];
        let counter = |name: &str, help: &str| IntCounterVec::new(Opts::new(name, help), &labels);
        let durations = HistogramOpts::new(
            "http_request_duration_seconds",
            "From the head of a request to the end of its answer's body.",
        );
        let in_flight = Opts::new("http_requests_in_flight", "Requests being answered.");
        let all = Requests {
            series: RwLock::default(),
            requests: counter("http_requests_total", "Requests answered.")?,
            durations: HistogramVec::new(durations.buckets(BUCKETS.to_vec()), &labels)?,
            in_flight: IntGaugeVec::new(in_flight, &labels[..2])?,
            received: counter(
                "http_request_bytes_total",
                "Bytes of request bodies that were read.",
            )?,
            sent: counter(
                "http_response_bytes_total",
                "Bytes of answers' bodies that were sent.",
            )?,
        };
        REGISTRY.register(Box::new(all.requests.clone()))?;
        REGISTRY.register(Box::new(all.durations.clone()))?;
        REGISTRY.register(Box::new(all.in_flight.clone()))?;
        REGISTRY.register(Box::new(all.received.clone()))?;
        REGISTRY.register(Box::new(all.sent.clone()))?;
        Ok(all)
    }

    fn ended(&self, labels: &[&str]) -> Ended {
        Ended {
            requests: self.requests.with_label_values(labels),
            durations: self.durations.with_label_values(labels),
            received: self.received.with_label_values(labels),
            sent: self.sent.with_label_values(labels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{class, method_label};

    #[test]
    fn invented_methods_share_a_label() {
        assert_eq!(method_label(&http::Method::PATCH), "PATCH");
        assert_eq!(
            method_label(&http::Method::from_bytes(b"BREW").unwrap()),
            "OTHER"
        );
    }

    #[test]
    fn classes() {
        let statuses = [100, 204, 304, 499, 503, 600, 0];
        assert_eq!(statuses.map(class), [0, 1, 2, 3, 4, 4, 4]);
    }
}
