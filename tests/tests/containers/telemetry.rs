//! What can be seen of the containers: metrics in Prometheus, traces in the collector.

use crate::world::{PATIENCE, can_have, site};
use regex::Regex;
use rig::http::{get, send};
use rig::process::free_port;
use rig::{Compose, until};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const PAGES: u32 = 100;
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread")]
async fn one_request_is_seen_everywhere() {
    if !can_have("metrics and traces of containers") {
        return;
    }
    let port = free_port().unwrap().to_string();
    let mut compose = site()
        .env("HBNB_PROMETHEUS_PORT", &port)
        .env("COMPOSE_PROFILES", "observability,tracing")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");
    compose.up(&["--scale", "api=2"]).await.unwrap();
    let prometheus = Prometheus(format!("http://127.0.0.1:{port}"));
    prometheus
        .until_all_up(&[
            "hbnb-web",
            "hbnb-api",
            "hbnb-assets",
            "hbnb-edge",
            "prometheus",
        ])
        .await;

    the_front_has_its_metrics(&prometheus).await;

    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let traced = [("traceparent", &*parent)];
    let seen = [
        "sum(nginx_http_requests_total)",
        "sum(http_requests_total{job=\"hbnb-web\", route=\"/states_list\"})",
        "sum(http_requests_total{job=\"hbnb-api\", route=\"/api/v1/states\"})",
    ];
    let mut before = Vec::new();
    for query in seen {
        before.push(prometheus.value(query).await);
    }
    // More than the health check of the edge and the scrapes of it ask meanwhile.
    for _ in 0..PAGES {
        let base = compose.base();
        let page = send(&base, "GET", "/states_list", &traced, None, PATIENCE).await;
        assert_eq!(page.unwrap().status, 200);
    }
    for (query, before) in seen.into_iter().zip(before) {
        let counted = async || Ok(prometheus.value(query).await >= before + f64::from(PAGES));
        until(query, PATIENCE, counted).await.unwrap();
    }

    let edge = compose.logs("edge").await.unwrap();
    let line = edge.lines().flat_map(serde_json::from_str::<Value>);
    let line = line
        .into_iter()
        .find(|line| line["path"] == "/states_list")
        .unwrap();
    assert_eq!(line["trace_id"], TRACE);
    a_trace_crosses(&compose).await;

    a_trace_begins_at_the_edge(&compose).await;
}

/// Those that dashboards and alerts ask for; of those of our own programs a test without containers tells.
async fn the_front_has_its_metrics(prometheus: &Prometheus) {
    let deploy = rig::top().unwrap().join("deploy");
    let name = Regex::new(r"\bnginx_[a-z_]+").unwrap();
    let mut names = BTreeSet::new();
    for folder in ["grafana/dashboards", "prometheus/rules"] {
        for file in fs::read_dir(deploy.join(folder)).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            names.extend(name.find_iter(&text).map(|found| found.as_str().to_owned()));
        }
    }
    assert!(names.len() > 3, "{names:?}");
    for name in names {
        let count = format!("count({name})");
        assert!(prometheus.value(&count).await > 0.0, "nobody has {name}");
    }
}

/// Without a client's word, under the id that it logs.
async fn a_trace_begins_at_the_edge(compose: &Compose) {
    let page = get(&compose.base(), "/cities_by_states").await.unwrap();
    assert_eq!(page.status, 200);
    let mut trace = None;
    until("the line of the edge", PATIENCE, async || {
        let edge = compose.logs("edge").await?;
        let mut lines = edge.lines().flat_map(serde_json::from_str::<Value>);
        let line = lines.find(|line| line["path"] == "/cities_by_states");
        trace = line.and_then(|line| line["trace_id"].as_str().map(str::to_owned));
        Ok(trace.is_some())
    })
    .await
    .unwrap();
    let trace = trace.unwrap();
    let arrived = async || Ok(compose.logs("collector").await?.contains(&trace));
    until("the trace that began at the edge", PATIENCE, arrived)
        .await
        .unwrap();
}

/// From the pages to the database, each span below the one before.
async fn a_trace_crosses(compose: &Compose) {
    let mut spans = Vec::new();
    let complete = async || {
        spans = collected(&compose.logs("collector").await?);
        Ok(crosses(&spans))
    };
    let whole = until("the spans of one request", PATIENCE, complete).await;
    assert!(whole.is_ok(), "{spans:#?}");
}

/// Of one name there may be several: what failed is asked once more.
fn crosses(spans: &[BTreeMap<String, String>]) -> bool {
    let names = [
        "GET /states_list",
        "GET /states",
        "GET /api/v1/states",
        "state.list",
    ];
    let mut above = vec!["00f067aa0ba902b7"];
    for name in names {
        let below = spans
            .iter()
            .filter(|span| span["Name"] == name && above.contains(&span["Parent ID"].as_str()));
        above = below.map(|span| span["ID"].as_str()).collect();
    }
    !above.is_empty()
}

/// The spans of the trace that the collector's debug exporter printed, each with its lines `Key : value`.
fn collected(log: &str) -> Vec<BTreeMap<String, String>> {
    let mut spans = Vec::new();
    for part in log.split("Span #").skip(1) {
        let lines = part.lines().skip(1).map_while(|line| line.split_once(':'));
        let span: BTreeMap<String, String> = lines
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        if span.get("Trace ID").is_some_and(|trace| trace == TRACE) {
            spans.push(span);
        }
    }
    spans
}

/// A Prometheus of a project.
pub(crate) struct Prometheus(pub(crate) String);

impl Prometheus {
    async fn api(&self, path: &str) -> anyhow::Result<Value> {
        let told = get(&self.0, &format!("/api/v1{path}")).await?.json()?;
        Ok(told["data"].clone())
    }

    /// The first value of a query; 0 where there is none.
    pub(crate) async fn value(&self, query: &str) -> f64 {
        let told = self
            .api(&format!("/query?query={}", encode(query)))
            .await
            .unwrap();
        let value = &told["result"][0]["value"][1];
        value.as_str().map_or(0.0, |text| text.parse().unwrap())
    }

    /// The names of the alerts that fire now.
    pub(crate) async fn firing(&self) -> Vec<String> {
        let told = self.api("/alerts").await.unwrap();
        let alerts = told["alerts"].as_array().unwrap().iter();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        firing
            .map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until each of these jobs has a target, and all targets are up.
    pub(crate) async fn until_all_up(&self, jobs: &[&str]) {
        let mut seen = Vec::new();
        let up = async || {
            let Ok(told) = self.api("/targets?state=active").await else {
                return Ok(false);
            };
            let targets = told["activeTargets"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let target = |target: &Value| {
                let job = target["labels"]["job"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                (job, target["health"] == "up")
            };
            seen = targets.iter().map(target).collect();
            let there = |job: &&str| seen.iter().any(|(name, _)| name == job);
            Ok(jobs.iter().all(there) && seen.iter().all(|(_, up)| *up))
        };
        let outcome = until("all targets up", PATIENCE, up).await;
        assert!(outcome.is_ok(), "{seen:?}");
    }
}

fn encode(query: &str) -> String {
    query.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
