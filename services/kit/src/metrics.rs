//! The Prometheus registry of the process, and what is measured of every request.

mod cgroup;
mod connections;
mod log;
mod requests;
mod runtime;
mod state;

pub use cgroup::oom_kills;
pub use state::depend;

pub(crate) use connections::{closed, open, opened};
pub(crate) use log::lines_dropped;
pub(crate) use requests::{METHODS, Series, method_label};
pub(crate) use runtime::scheduled_late;

use std::sync::LazyLock;

use prometheus::process_collector::ProcessCollector;
use prometheus::{IntGauge, Opts, Registry, TextEncoder};
use tokio::runtime::Handle;

use crate::health::Health;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);

/// The registry that [`render`] reads; a service registers its own collectors here.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

/// Registers `build_info{service,version}`, what the probes say, the figures of the process (CPU, memory, open files,
/// start), of its control group while that has a limit and, called inside a tokio runtime, those of the runtime.
pub fn start(service: &str, version: &str, health: &Health) -> prometheus::Result<()> {
    let labels = Opts::new("build_info", "What runs here; the value is always 1.")
        .const_label("service", service)
        .const_label("version", version);
    let build = IntGauge::with_opts(labels)?;
    build.set(1);
    REGISTRY.register(Box::new(build))?;
    state::register(&REGISTRY, health)?;
    cgroup::register(&REGISTRY)?;
    for log in ["access", "error"] {
        lines_dropped(log, 0);
    }
    if let Ok(runtime) = Handle::try_current() {
        runtime::register(&REGISTRY, &runtime)?;
    }
    REGISTRY.register(Box::new(ProcessCollector::for_self()))
}

/// Everything in the registry, in the Prometheus text format 0.0.4.
pub fn render() -> prometheus::Result<String> {
    TextEncoder::new().encode_to_string(&REGISTRY.gather())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Health, Series, depend, render, start};

    #[test]
    fn rendered() {
        let health = Health::new();
        start("kit", "1.2.3", &health).unwrap();
        assert!(render().unwrap().contains("service_ready 0"));
        health.started();
        depend("cellar", true);
        let series = Series::of("GET", "/things/{id}").unwrap();
        series.begin();
        let begun = r#"http_requests_in_flight{method="GET",route="/things/{id}"} 1"#;
        assert!(render().unwrap().contains(begun));
        series.end(204, Duration::from_millis(3), 1, 2);
        let text = render().unwrap();
        for line in [
            r#"build_info{service="kit",version="1.2.3"} 1"#,
            r#"http_requests_total{method="GET",route="/things/{id}",status="2xx"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/things/{id}",status="2xx",le="0.005"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/things/{id}",status="2xx",le="0.0005"} 0"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/things/{id}",status="2xx",le="10"} 1"#,
            r#"http_request_bytes_total{method="GET",route="/things/{id}",status="2xx"} 1"#,
            r#"http_response_bytes_total{method="GET",route="/things/{id}",status="2xx"} 2"#,
            r#"http_requests_in_flight{method="GET",route="/things/{id}"} 0"#,
            "process_open_fds",
            "service_ready 1",
            "service_draining 0",
            r#"dependency_up{dependency="cellar"} 1"#,
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
