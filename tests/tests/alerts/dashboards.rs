//! The dashboards below `deploy/grafana`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use rig::top;
use serde::Deserialize;
use serde_json::Value;

/// What every Grafana has.
const PANELS: [&str; 4] = ["row", "stat", "table", "timeseries"];
/// What Grafana puts in for the parts of a query that it knows.
const VARIABLES: [(&str, &str); 3] = [
    ("$service", "hbnb-api"),
    ("$__rate_interval", "1m"),
    ("$__range", "1d"),
];
const COLUMNS: u64 = 24;
/// The data source that all panels name.
pub(crate) const SOURCE: &str = "prometheus";

#[derive(Deserialize)]
pub(crate) struct Dashboard {
    pub(crate) uid: String,
    pub(crate) title: String,
    description: String,
    tags: Vec<String>,
    panels: Vec<Panel>,
    templating: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Panel {
    id: u64,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    grid_pos: Place,
    datasource: Option<Value>,
    field_config: Option<Value>,
    #[serde(default)]
    targets: Vec<Target>,
}

#[derive(Clone, Copy, Deserialize)]
struct Place {
    x: u64,
    y: u64,
    w: u64,
    h: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    ref_id: String,
    expr: String,
}

pub(crate) fn all() -> Vec<Dashboard> {
    let folder = top().unwrap().join("deploy/grafana/dashboards");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let read = |path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    files.map(read).collect()
}

/// Each query as Prometheus gets it, with where it stands.
pub(crate) fn queries() -> Vec<(String, String)> {
    let mut queries = Vec::new();
    for dashboard in all() {
        for panel in dashboard.panels {
            for target in panel.targets {
                let filled = VARIABLES.iter().fold(target.expr, |query, (name, value)| {
                    query.replace(name, value)
                });
                assert!(!filled.contains('$'), "an unknown variable: {filled}");
                queries.push((format!("{}, {}", dashboard.title, panel.title), filled));
            }
        }
    }
    queries
}

/// Queries as recording rules, which `promtool` reads.
pub(crate) fn as_rules(queries: &[(String, String)]) -> String {
    let mut rules = "groups:\n- name: queries\n  rules:\n".to_owned();
    for (at, (_, query)) in queries.iter().enumerate() {
        // A string of JSON is one of YAML.
        let query = Value::from(query.as_str());
        write!(rules, "  - record: query:number_{at}\n    expr: {query}\n").unwrap();
    }
    rules
}

pub(crate) fn assert_well_made(dashboard: &Dashboard) {
    let name = &dashboard.title;
    assert!(
        dashboard.uid.starts_with("hbnb-") && !dashboard.description.is_empty(),
        "{name}"
    );
    assert_eq!(dashboard.tags, ["hbnb"], "{name}");
    let ids: BTreeSet<u64> = dashboard.panels.iter().map(|panel| panel.id).collect();
    assert_eq!(ids.len(), dashboard.panels.len(), "{name}: ids");
    for (at, panel) in dashboard.panels.iter().enumerate() {
        assert_panel(panel, &format!("{name}, {}", panel.title));
        for other in &dashboard.panels[..at] {
            assert!(
                !overlap(panel.grid_pos, other.grid_pos),
                "{name}: {} on {}",
                panel.title,
                other.title
            );
        }
    }
    let uses = queries_use(dashboard, "$service");
    let has = dashboard.templating["list"].as_array().unwrap();
    let has = has.iter().any(|variable| variable["name"] == "service");
    assert_eq!(uses, has, "{name}: the variable service");
}

fn assert_panel(panel: &Panel, name: &str) {
    assert!(
        PANELS.contains(&panel.kind.as_str()),
        "{name}: {}",
        panel.kind
    );
    assert!(
        !panel.title.is_empty() && panel.grid_pos.x + panel.grid_pos.w <= COLUMNS,
        "{name}"
    );
    assert_eq!(
        panel.targets.is_empty(),
        panel.kind == "row",
        "{name}: queries"
    );
    if panel.kind == "row" {
        return;
    }
    let source = &panel.datasource.as_ref().unwrap()["uid"];
    assert_eq!(source, SOURCE, "{name}");
    let unit = &panel.field_config.as_ref().unwrap()["defaults"]["unit"];
    assert!(
        unit.as_str().is_some_and(|unit| !unit.is_empty()),
        "{name}: no unit"
    );
    let refs: BTreeSet<&str> = panel
        .targets
        .iter()
        .map(|target| target.ref_id.as_str())
        .collect();
    assert_eq!(refs.len(), panel.targets.len(), "{name}: names of queries");
}

fn queries_use(dashboard: &Dashboard, variable: &str) -> bool {
    let mut targets = dashboard.panels.iter().flat_map(|panel| &panel.targets);
    targets.any(|target| target.expr.contains(variable))
}

fn overlap(a: Place, b: Place) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
