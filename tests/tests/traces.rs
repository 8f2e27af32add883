//! What a collector gets to see of a server.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "traces/lost.rs"]
mod lost;
#[path = "traces/traced.rs"]
mod traced;

use rig::collector::Span;
use rig::{Binary, Collector, run};
use tempfile::TempDir;
use traced::{LIMIT, Traced, start};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[tokio::test]
async fn over_http() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=some%20one"),
    ])
    .await;
    let span = a_request_is_seen(&traced, &collector).await;
    assert!(!span.grpc);
    assert_eq!(span.headers["x-tenant"], "some one");
}

#[tokio::test]
async fn over_grpc() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &url),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-tenant=some%20one"),
    ])
    .await;
    let span = a_request_is_seen(&traced, &collector).await;
    assert!(span.grpc);
    assert_eq!(span.headers["x-tenant"], "some one");
}

async fn a_request_is_seen(traced: &Traced, collector: &Collector) -> Span {
    let headers = [("User-Agent", "teller/1")];
    let path = "/api/v1/states/2f3a1ad4-d3f0-4f4b-8a8b-1c2d3e4f5a6b";
    assert_eq!(traced.ask(path, &headers).await, 404);
    let span = collector.span("GET /api/v1/states/{id}").await.unwrap();
    assert!(span.is_server && span.parent.is_empty() && !span.is_error);
    let (host, port) = traced.server.base()["http://".len()..]
        .split_once(':')
        .unwrap();
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/v1/states/{id}"),
        ("http.response.status_code", "404"),
        ("url.path", path),
        ("url.scheme", "http"),
        ("server.address", host),
        ("server.port", port),
        ("client.address", "127.0.0.1"),
        ("user_agent.original", "teller/1"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(span.get(key), Some(value), "{key} of {span:#?}");
    }
    assert_eq!(span.get("error.type"), None);
    let query = collector.span("state.find").await.unwrap();
    assert!(query.is_client);
    assert_eq!((&query.trace, &query.parent), (&span.trace, &span.id));
    assert_eq!(query.get("db.system.name"), Some("sqlite"));
    assert_eq!(query.get("db.query.summary"), Some("state.find"));
    for (key, wanted) in [("service.name", "hbnb"), ("service.version", "0.1.0")] {
        assert_eq!(span.resource[key], wanted);
    }
    assert!(span.resource.contains_key("service.instance.id"));
    the_log_names_it(traced, &span).await;
    span
}

async fn the_log_names_it(traced: &Traced, span: &Span) {
    let id = format!(r#""span_id":"{}""#, span.id);
    traced.server.until_says(&id, LIMIT).await.unwrap();
    let logs = traced.server.logs();
    let line = logs.lines().find(|line| line.contains(&id)).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["trace_id"], span.trace.as_str());
    assert_eq!(line["route"], "/api/v1/states/{id}");
}

#[tokio::test]
async fn callers_trace_goes_on() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
    ])
    .await;
    let sampled = format!("00-{TRACE}-{PARENT}-01");
    let unsampled = format!("00-{TRACE}-{PARENT}-00");
    // None of these is sampled: no parent, one that is not, two of them, nonsense.
    traced.ask("/api/v1/stats", &[]).await;
    traced
        .ask("/api/v1/stats", &[("traceparent", &unsampled)])
        .await;
    let two = [("traceparent", &*sampled), ("traceparent", &*sampled)];
    traced.ask("/api/v1/stats", &two).await;
    traced
        .ask("/api/v1/stats", &[("traceparent", "00-zz-1-01")])
        .await;
    let caller = [("traceparent", &*sampled), ("tracestate", "shop=7")];
    traced.ask("/api/v1/states", &caller).await;
    let span = collector.span("GET /api/v1/states").await.unwrap();
    assert_eq!((&*span.trace, &*span.parent), (TRACE, PARENT));
    assert_eq!(span.state, "shop=7");
    traced.server.terminate().unwrap();
    let spans = ended(traced, &collector).await;
    assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:#?}");
    assert!(
        spans.iter().all(|span| span.name != "GET /api/v1/stats"),
        "{spans:#?}"
    );
}

/// Every span, when the server has ended.
async fn ended(mut traced: Traced, collector: &Collector) -> Vec<Span> {
    let status = traced.server.wait(LIMIT).await.unwrap();
    assert!(status.success(), "{}", traced.server.logs());
    collector.spans()
}

#[tokio::test]
async fn ratio_of_traces() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.5"),
    ])
    .await;
    for _ in 0..200 {
        traced.ask("/api/v1/status", &[]).await;
    }
    traced.server.terminate().unwrap();
    let spans = ended(traced, &collector).await;
    let traces = spans.iter().filter(|span| span.is_server).count();
    // A fair coin leaves this range once in 10^11 runs.
    assert!((52..=148).contains(&traces), "{traces} of 200");
}

#[tokio::test]
async fn last_span_comes_before_the_end() {
    for protocol in ["http/protobuf", "grpc"] {
        last_span_comes_by(protocol).await;
    }
}

async fn last_span_comes_by(protocol: &str) {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
        ("HBNB_LOG", "off"),
    ])
    .await;
    traced.ask("/api/v1/states", &[]).await;
    traced.ask("/nowhere", &[]).await;
    assert!(collector.spans().is_empty(), "the delay was not waited for");
    traced.server.terminate().unwrap();
    let spans = ended(traced, &collector).await;
    for name in ["GET /api/v1/states", "GET"] {
        assert!(
            spans.iter().any(|span| span.name == name),
            "{name} in {spans:#?}"
        );
    }
    let by_grpc = spans.iter().filter(|span| span.grpc).count();
    let wanted = if protocol == "grpc" { spans.len() } else { 0 };
    assert_eq!(by_grpc, wanted, "{protocol}");
    let probe = |span: &Span| {
        span.get("url.path")
            .is_some_and(|path| path.contains("health"))
    };
    assert!(!spans.iter().any(probe), "{spans:#?}");
}

#[tokio::test]
async fn off_by_switch() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_SDK_DISABLED", "true"),
    ])
    .await;
    traced.ask("/api/v1/states", &[]).await;
    traced.server.terminate().unwrap();
    assert!(ended(traced, &collector).await.is_empty());
}

#[tokio::test]
async fn wrong_values_stop_the_start() {
    let folder = TempDir::new().unwrap();
    let binary = Binary::named("hbnb").unwrap();
    for (name, value, right) in [
        (
            "OTEL_TRACES_SAMPLER",
            "sometimes",
            "parentbased_traceidratio",
        ),
        ("OTEL_TRACES_SAMPLER_ARG", "10%", "from 0 to 1"),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "http/json",
            "http/protobuf or grpc",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "localhost:4318",
            "http://localhost:4318",
        ),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "many", "a whole number"),
    ] {
        let envs = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            (name, value),
        ];
        let output = run(&binary, &["serve"], &envs, folder.path())
            .await
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        let wanted = format!("hbnb: the variable {name} has a wrong value {value:?}: give ");
        assert!(said.starts_with(&wanted) && said.contains(right), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
