//! Under `hbnb serve` the pages ask the API inside the process: one request for all that watch, two spans for who traces.

use std::time::Duration;

use rig::http::get;
use rig::{Binary, Collector, Server};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_page_is_one_request() {
    let collector = Collector::start().await.unwrap();
    let endpoint = collector.url();
    let folder = TempDir::new().unwrap();
    let envs = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("HBNB_LOG_FORMAT", "json"),
    ];
    let binary = Binary::named("hbnb").unwrap();
    let server = Server::start(&binary, &["serve", "--no-demo"], &envs, folder.path());
    let server = server.await.unwrap();
    let page = get(server.base(), "/states_list").await.unwrap();
    assert_eq!(page.status, 200);
    server
        .until_says(r#""path":"/states_list""#, PATIENCE)
        .await
        .unwrap();
    let logs = server.logs();
    let requests = logs
        .lines()
        .filter(|line| line.contains(r#""target":"http""#));
    assert_eq!(requests.count(), 1, "{logs}");
    let metrics = server.scrape().await.unwrap();
    assert!(metrics.text().contains(r#"route="/states_list""#));
    assert!(
        !metrics.text().contains(r#"route="/api/"#),
        "{}",
        metrics.text()
    );
    let mut parent = String::new();
    for (name, is_server) in [
        ("GET /states_list", true),
        ("GET /states", false),
        ("GET /api/v1/states", true),
        ("state.list", false),
    ] {
        let span = collector.span(name).await.unwrap();
        assert_eq!(
            (span.is_server, &span.parent),
            (is_server, &parent),
            "{name}"
        );
        parent = span.id;
    }
}
