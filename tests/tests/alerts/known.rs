//! The metrics that there are.

use std::collections::BTreeSet;
use std::time::Duration;

use rig::http::{get, send};
use rig::{Binary, Cgroup, Server, run, skipped};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const LIMIT: u64 = 1 << 30;

/// Those of programs that are not ours.
pub(crate) const FOREIGN: [&str; 10] = [
    // Prometheus itself, of each target and of each alert.
    "up",
    "ALERTS",
    // nginx-prometheus-exporter 1.5, from nginx's stub_status.
    "nginx_up",
    "nginx_http_requests_total",
    "nginx_connections_accepted",
    "nginx_connections_active",
    "nginx_connections_handled",
    "nginx_connections_reading",
    "nginx_connections_waiting",
    "nginx_connections_writing",
];

/// The names of all series of the three services, after each has had requests that succeed and fail, and of a master with
/// its workers.
pub(crate) async fn scraped() -> BTreeSet<String> {
    let folder = TempDir::new().unwrap();
    let url = "sqlite:hbnb.db";
    let hbnb = Binary::named("hbnb").unwrap();
    let demo = run(&hbnb, &["demo", "--database-url", url], &[], folder.path()).await;
    assert!(demo.unwrap().status.success());
    let group = Cgroup::limited_to(LIMIT);
    let api = start(
        "hbnb-api",
        &["--database-url", url],
        group.as_ref().ok(),
        &folder,
    )
    .await;
    let web = start("hbnb-web", &["--api-url", api.base()], None, &folder).await;
    let assets = start("hbnb-assets", &[], None, &folder).await;
    let own = TempDir::new().unwrap();
    let all = start("hbnb", &["serve", "--no-demo"], None, &own).await;
    get(web.base(), "/").await.unwrap();
    get(assets.base(), "/static/none").await.unwrap();
    let fault = send(api.admin(), "PUT", "/faults/database", &[], None, PATIENCE);
    assert_eq!(fault.await.unwrap().status, 200);
    assert_eq!(get(api.base(), "/api/v1/states").await.unwrap().status, 503);
    let mut names = BTreeSet::new();
    for server in [&api, &web, &assets, &all] {
        let metrics = server.scrape().await.unwrap();
        let series = metrics.series().map(|(series, _)| series);
        names.extend(series.map(|series| series.split('{').next().unwrap().to_owned()));
    }
    if let Err(why) = &group {
        skipped("the metrics of a control group", why);
        let figures = [
            "limit_bytes",
            "usage_bytes",
            "working_set_bytes",
            "oom_kills_total",
        ];
        names.extend(figures.map(|figure| format!("cgroup_memory_{figure}")));
    }
    names
}

async fn start(name: &str, args: &[&str], group: Option<&Cgroup>, folder: &TempDir) -> Server {
    let envs = [
        ("HBNB_FAULTS", "true"),
        // Nobody listens there, which the metrics of spans do not mind.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
    ];
    let binary = Binary::named(name).unwrap();
    let server = match group {
        Some(group) => group.start(&binary, args, &envs, folder.path()).await,
        None => Server::start(&binary, args, &envs, folder.path()).await,
    };
    server.unwrap()
}
