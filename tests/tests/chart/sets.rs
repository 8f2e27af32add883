//! What people set, as the two tables beside this file say.

use rig::Helm;
use rig::helm::chart;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(crate) struct Set {
    pub(crate) name: String,
    #[serde(default = "nothing")]
    pub(crate) values: Value,
    /// Secrets that somebody made before.
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    /// Services of another release.
    #[serde(default)]
    pub(crate) services: Vec<String>,
    #[serde(default)]
    pub(crate) apis: Vec<String>,
    /// What kube-score rightly says of it.
    #[serde(default)]
    pub(crate) scored: Vec<String>,
    /// The Kubernetes that knows all of it, where the oldest does not.
    #[serde(default = "oldest")]
    pub(crate) since: String,
}

#[derive(Deserialize)]
pub(crate) struct Mistake {
    pub(crate) values: Value,
    pub(crate) says: Vec<String>,
}

fn oldest() -> String {
    "1.29".to_owned()
}

fn nothing() -> Value {
    json!({})
}

pub(crate) fn sets() -> Vec<Set> {
    serde_saphyr::from_str(include_str!("sets.yaml")).unwrap()
}

pub(crate) fn mistakes() -> Vec<Mistake> {
    serde_saphyr::from_str(include_str!("mistakes.yaml")).unwrap()
}

/// The objects of a release `site` in the namespace `here`.
pub(crate) fn rendered(helm: &Helm, set: &Set) -> Vec<Value> {
    let chart = chart().unwrap();
    helm.render(chart.to_str().unwrap(), &set.values, &set.apis)
        .unwrap_or_else(|error| panic!("{}: {error}", set.name))
}
