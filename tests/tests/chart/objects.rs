//! The objects of a release, and what they say of each other.

use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) type Labels = BTreeMap<String, String>;

/// Whether Kubernetes itself knows the kind.
pub(crate) fn is_of_kubernetes(object: &Value) -> bool {
    let group = object["apiVersion"].as_str().unwrap();
    ![
        "monitoring.coreos.com",
        "gateway.networking.k8s.io",
        "cert-manager.io",
        "argoproj.io",
        "external-secrets.io",
        "postgresql.cnpg.io",
    ]
    .iter()
    .any(|foreign| group.starts_with(foreign))
}

/// Passwords and keys are made anew each time that there is no cluster to find them in.
pub(crate) fn without_chance(mut objects: Vec<Value>) -> Vec<Value> {
    for object in &mut objects {
        if object["kind"] == "Secret" {
            object["data"] = json!({});
        }
        if let Some(annotations) = object.pointer_mut("/spec/template/metadata/annotations") {
            annotations["checksum/database"] = json!("");
        }
    }
    objects
}

/// As a stream of YAML, of which JSON is a part.
pub(crate) fn as_stream(objects: &[Value]) -> String {
    let documents = objects.iter().map(|object| format!("---\n{object}\n"));
    documents.collect()
}

/// The labels at a place such as `/spec/selector`; none where there is nothing.
pub(crate) fn labels(object: &Value, place: &str) -> Labels {
    let found = object.pointer(place).and_then(Value::as_object);
    let pairs = found.into_iter().flatten();
    pairs
        .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

/// The elements of a list at a place; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, place: &str) -> Vec<&'a Value> {
    let found = value.pointer(place).and_then(Value::as_array);
    found.into_iter().flatten().collect()
}

/// A pod, or what makes pods.
pub(crate) struct Pod<'a> {
    /// `Deployment site-hbnb-web`
    pub(crate) owner: String,
    pub(crate) kind: &'a str,
    pub(crate) labels: Labels,
    pub(crate) selector: Labels,
    pub(crate) spec: &'a Value,
}

impl<'a> Pod<'a> {
    /// All of them, those for the start too.
    pub(crate) fn containers(&self) -> Vec<&'a Value> {
        let mut all = list(self.spec, "/containers");
        all.extend(list(self.spec, "/initContainers"));
        all
    }

    /// What a container is called in a complaint.
    pub(crate) fn name(&self, container: &Value) -> String {
        format!("{}/{}", self.owner, container["name"].as_str().unwrap())
    }

    /// Whether it runs until somebody ends it.
    pub(crate) fn stays(&self) -> bool {
        ["Deployment", "StatefulSet"].contains(&self.kind)
    }

    pub(crate) fn is_chosen_by(&self, selector: &Labels) -> bool {
        selector
            .iter()
            .all(|(key, value)| self.labels.get(key) == Some(value))
    }

    /// The names of its ports.
    pub(crate) fn ports(&self) -> Vec<&'a str> {
        let ports = self.containers().into_iter();
        let ports = ports.flat_map(|container| list(container, "/ports"));
        ports.map(|port| port["name"].as_str().unwrap()).collect()
    }
}

pub(crate) struct Objects(Vec<Value>);

impl Objects {
    pub(crate) fn of(all: Vec<Value>) -> Self {
        Self(all)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }

    pub(crate) fn kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        self.kind(kind)
            .any(|object| object["metadata"]["name"] == name)
    }

    pub(crate) fn pods(&self) -> Vec<Pod<'_>> {
        self.0.iter().filter_map(pod).collect()
    }
}

/// `Service site-hbnb-web`
pub(crate) fn title(object: &Value) -> String {
    let name = object["metadata"]["name"].as_str().unwrap();
    format!("{} {name}", object["kind"].as_str().unwrap())
}

fn pod(object: &Value) -> Option<Pod<'_>> {
    let kind = object["kind"].as_str().unwrap();
    let template = match kind {
        "Pod" => object,
        "Deployment" | "StatefulSet" | "Job" => &object["spec"]["template"],
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
        _ => return None,
    };
    Some(Pod {
        owner: title(object),
        kind,
        labels: labels(template, "/metadata/labels"),
        selector: labels(object, "/spec/selector/matchLabels"),
        spec: &template["spec"],
    })
}
