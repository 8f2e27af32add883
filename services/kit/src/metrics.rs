//! The Prometheus registry of the process, and what is measured of every request.

mod bytes;
mod connections;
mod runtime;

pub(crate) use bytes::transferred;
pub(crate) use connections::{closed, opened};
pub(crate) use runtime::scheduled_late;

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::process_collector::ProcessCollector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use tokio::runtime::Handle;

/// Upper bounds of the duration histogram, in seconds.
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);
static HTTP: LazyLock<prometheus::Result<Http>> = LazyLock::new(Http::register);

/// The registry that [`render`] reads; a service registers its own collectors here.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

/// Registers `build_info{service,version}`, the figures of the process (CPU, memory, open files, start) and, called inside
/// a tokio runtime, those of the runtime.
pub fn start(service: &str, version: &str) -> prometheus::Result<()> {
    let labels = Opts::new("build_info", "What runs here; the value is always 1.")
        .const_label("service", service)
        .const_label("version", version);
    let build = IntGauge::with_opts(labels)?;
    build.set(1);
    REGISTRY.register(Box::new(build))?;
    if let Ok(runtime) = Handle::try_current() {
        runtime::register(&REGISTRY, &runtime)?;
    }
    REGISTRY.register(Box::new(ProcessCollector::for_self()))
}

/// Everything in the registry, in the Prometheus text format 0.0.4.
pub fn render() -> prometheus::Result<String> {
    TextEncoder::new().encode_to_string(&REGISTRY.gather())
}

/// The label for a method; unknown ones share `OTHER`, because anybody can invent methods.
pub(crate) fn method_label(method: &http::Method) -> &'static str {
    const KNOWN: &[&str] = &[
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];
    KNOWN
        .iter()
        .find(|known| **known == method.as_str())
        .unwrap_or(&"OTHER")
}

/// A request was taken up.
pub(crate) fn begin(method: &str, route: &str) {
    if let Ok(http) = &*HTTP {
        http.in_flight.with_label_values(&[method, route]).inc();
    }
}

/// A request begun before has ended with this status, its body included.
pub(crate) fn end(method: &str, route: &str, status: u16, duration: Duration) {
    let Ok(http) = &*HTTP else { return };
    let class = class(status);
    http.in_flight.with_label_values(&[method, route]).dec();
    http.requests
        .with_label_values(&[method, route, class])
        .inc();
    http.durations
        .with_label_values(&[method, route, class])
        .observe(duration.as_secs_f64());
}

/// The label for a status.
fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

struct Http {
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGaugeVec,
}

impl Http {
    fn register() -> prometheus::Result<Http> {
        let requests = Opts::new("http_requests_total", "Requests answered.");
        let durations = HistogramOpts::new(
            "http_request_duration_seconds",
            "From the head of a request to the end of its answer's body.",
        );
        let in_flight = Opts::new("http_requests_in_flight", "Requests being answered.");
        let http = Http {
            requests: IntCounterVec::new(requests, &["method", "route", "status"])?,
            durations: HistogramVec::new(
                durations.buckets(BUCKETS.to_vec()),
                &["method", "route", "status"],
            )?,
            in_flight: IntGaugeVec::new(in_flight, &["method", "route"])?,
        };
        REGISTRY.register(Box::new(http.requests.clone()))?;
        REGISTRY.register(Box::new(http.durations.clone()))?;
        REGISTRY.register(Box::new(http.in_flight.clone()))?;
        Ok(http)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{begin, end, method_label, render, start};

    #[test]
    fn rendered() {
        start("kit", "1.2.3").unwrap();
        begin("GET", "/things/{id}");
        end("GET", "/things/{id}", 204, Duration::from_millis(3));
        let text = render().unwrap();
        for line in [
            r#"build_info{service="kit",version="1.2.3"} 1"#,
            r#"http_requests_total{method="GET",route="/things/{id}",status="2xx"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/things/{id}",status="2xx",le="0.005"} 1"#,
            r#"http_requests_in_flight{method="GET",route="/things/{id}"} 0"#,
            "process_open_fds",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }

    #[test]
    fn invented_methods_share_a_label() {
        assert_eq!(method_label(&http::Method::PATCH), "PATCH");
        assert_eq!(
            method_label(&http::Method::from_bytes(b"BREW").unwrap()),
            "OTHER"
        );
    }
}
