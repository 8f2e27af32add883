//! What people set, as the two tables beside this file say.

use rig::Helm;
use rig::helm::chart;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// What a cluster is where nothing depends on it.
pub(crate) const PRESENT: &str = "1.34";

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
    /// All that its pods run; nothing where that is not what it is about.
    #[serde(default)]
    pub(crate) images: BTreeSet<String>,
    /// The Kubernetes that knows all of it, where the oldest does not.
    #[serde(default = "oldest")]
    pub(crate) since: String,
}

#[derive(Deserialize)]
pub(crate) struct Mistake {
    pub(crate) values: Value,
    pub(crate) says: Vec<String>,
    /// The Kubernetes that it is a mistake for.
    #[serde(default = "present")]
    pub(crate) kubernetes: String,
}

fn oldest() -> String {
    "1.29".to_owned()
}

fn present() -> String {
    PRESENT.to_owned()
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

/// The objects of a release `site` in the namespace `here`, by the Helm of the present. Most tests ask for them, and they take
/// their time: they are made once.
pub(crate) fn rendered(helm: &Helm, set: &Set) -> Vec<Value> {
    static MADE: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::new(BTreeMap::new());
    // A set that failed in another test fails in this one too, and says so.
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let objects = made.entry(set.name.clone());
    let objects = objects.or_insert_with(|| rendered_for(PRESENT, helm, set));
    objects.clone()
}

/// The same by any Helm, for a cluster of this version.
pub(crate) fn rendered_for(kubernetes: &str, helm: &Helm, set: &Set) -> Vec<Value> {
    let chart = chart().unwrap();
    helm.render(chart.to_str().unwrap(), &set.values, &set.apis, kubernetes)
        .unwrap_or_else(|error| panic!("{}: {error}", set.name))
}
