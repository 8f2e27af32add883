//! The files below `deploy/prometheus`, read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How the runbooks ask Prometheus.
const ASK: &str = "promtool query instant http://127.0.0.1:9090 '";

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

/// Values of the Prometheus adapter.
#[derive(Deserialize)]
struct Adapter {
    rules: Vec<Scaling>,
}

#[derive(Deserialize)]
struct Scaling {
    #[serde(rename = "seriesQuery")]
    series_query: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rule {
    Alert(Alert),
    Record { record: String, expr: String },
}

#[derive(Deserialize)]
pub(crate) struct Alert {
    pub(crate) alert: String,
    pub(crate) expr: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Stories {
    tests: Vec<Story>,
}

#[derive(Deserialize)]
struct Story {
    alert_rule_test: Vec<Case>,
}

/// What is expected of an alert at one time.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) alertname: String,
    pub(crate) exp_alerts: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Main {
    scrape_configs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    job_name: String,
}

pub(crate) fn folder() -> PathBuf {
    rig::top().unwrap().join("deploy/prometheus")
}

/// All files of a folder below [`folder`].
pub(crate) fn files(name: &str) -> Vec<PathBuf> {
    let found = fs::read_dir(folder().join(name)).unwrap();
    found.map(|file| file.unwrap().path()).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rules() -> Vec<Rule> {
    let files = files("rules");
    let groups = files.iter().flat_map(|file| read::<Groups>(file).groups);
    groups.flat_map(|group| group.rules).collect()
}

pub(crate) fn alerts() -> Vec<Alert> {
    let alert = |rule| match rule {
        Rule::Alert(alert) => Some(alert),
        Rule::Record { .. } => None,
    };
    rules().into_iter().filter_map(alert).collect()
}

/// The names that the recording rules make.
pub(crate) fn recorded() -> Vec<String> {
    let name = |rule| match rule {
        Rule::Alert(_) => None,
        Rule::Record { record, .. } => Some(record),
    };
    rules().into_iter().filter_map(name).collect()
}

/// The query of each rule, with the rule's name.
pub(crate) fn queries() -> Vec<(String, String)> {
    let query = |rule| match rule {
        Rule::Alert(Alert { alert, expr, .. }) => (alert, expr),
        Rule::Record { record, expr } => (record, expr),
    };
    rules().into_iter().map(query).collect()
}

/// The queries that the runbooks say to ask, with the page.
pub(crate) fn runbook_queries() -> Vec<(String, String)> {
    let mut queries = Vec::new();
    for page in runbooks() {
        let text = fs::read_to_string(rig::top().unwrap().join(&page)).unwrap();
        for rest in text.split(ASK).skip(1) {
            let query = rest.split('\'').next().unwrap();
            queries.push((page.clone(), query.to_owned()));
        }
    }
    queries
}

/// The series by which pods are scaled.
pub(crate) fn adapter_queries() -> Vec<(String, String)> {
    let page = "deploy/kubernetes/examples/adapter.yaml";
    let adapter: Adapter = read(&rig::top().unwrap().join(page));
    let queries = adapter.rules.into_iter().map(|rule| rule.series_query);
    queries.map(|query| (page.to_owned(), query)).collect()
}

/// Everything that the rules' tests expect.
pub(crate) fn cases() -> Vec<Case> {
    let files = files("tests");
    let stories = files.iter().flat_map(|file| read::<Stories>(file).tests);
    stories.flat_map(|story| story.alert_rule_test).collect()
}

/// The jobs that are scraped.
pub(crate) fn jobs() -> Vec<String> {
    let main: Main = read(&folder().join("prometheus.yml"));
    main.scrape_configs
        .into_iter()
        .map(|job| job.job_name)
        .collect()
}

/// The pages that there are, by their paths from the top.
pub(crate) fn runbooks() -> BTreeSet<String> {
    let folder = "deploy/runbooks";
    let found = fs::read_dir(rig::top().unwrap().join(folder)).unwrap();
    let names = found.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("{folder}/{name}")).collect()
}
