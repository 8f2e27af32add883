//! What Grafana is told at its start: `deploy/grafana/provisioning`, and how compose mounts it.

use std::fs;

use rig::top;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Deserialize)]
struct Sources {
    datasources: Vec<Source>,
}

#[derive(Deserialize)]
pub(crate) struct Source {
    pub(crate) uid: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) url: String,
}

#[derive(Deserialize)]
struct Providers {
    providers: Vec<Provider>,
}

#[derive(Deserialize)]
pub(crate) struct Provider {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) options: Options,
}

#[derive(Deserialize)]
pub(crate) struct Options {
    pub(crate) path: String,
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    let text = fs::read_to_string(top().unwrap().join(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn sources() -> Vec<Source> {
    read::<Sources>("deploy/grafana/provisioning/datasources/prometheus.yaml").datasources
}

pub(crate) fn providers() -> Vec<Provider> {
    read::<Providers>("deploy/grafana/provisioning/dashboards/hbnb.yaml").providers
}

/// Folders of the project that the container of Grafana sees, each with where.
pub(crate) fn mounts() -> Vec<(String, String)> {
    let compose: Value = read("docker/compose.yaml");
    let volumes = compose["services"]["grafana"]["volumes"]
        .as_array()
        .unwrap();
    let parts = volumes
        .iter()
        .map(|volume| volume.as_str().unwrap().split(':'));
    let both = parts.filter_map(|mut parts| Some((parts.next()?, parts.next()?)));
    let ours = both.filter_map(|(from, to)| Some((from.strip_prefix("../")?, to)));
    ours.map(|(from, to)| (from.to_owned(), to.to_owned()))
        .collect()
}
