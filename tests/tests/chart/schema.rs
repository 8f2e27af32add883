//! `values.yaml` and its schema have the same values.

use rig::helm::chart;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Definitions of what Kubernetes reads: people bring what they like of it.
const OF_KUBERNETES: [&str; 7] = [
    "object",
    "objects",
    "texts",
    "requests",
    "emptyDir",
    "ingressTls",
    "parentRef",
];
/// Shared with the other charts of a parent.
const SHARED: &str = "/properties/global";
const DEFINITIONS: &str = "#/$defs/";

pub(crate) fn complaints() -> Vec<String> {
    let [values, schema] = ["values.yaml", "values.schema.json"]
        .map(|name| fs::read_to_string(chart().unwrap().join(name)).unwrap());
    let values: Value = serde_saphyr::from_str(&values).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut found = Vec::new();
    loose(&schema, "", &mut found);
    differences(&schema, &schema, &values, "", &mut found);
    found
}

/// Places that take names, or elements, that nobody knows.
fn loose(node: &Value, path: &str, found: &mut Vec<String>) {
    let is_open = node["properties"].is_object() && node["additionalProperties"] != false;
    let open = is_open && path != SHARED;
    let any = node["type"] == "array" && !node["items"].is_object();
    if open || any {
        found.push(format!("the schema takes anything at {path}"));
    }
    for (key, inner) in node.as_object().into_iter().flatten() {
        loose(inner, &format!("{path}/{key}"), found);
    }
}

fn names(object: &Value) -> BTreeSet<&str> {
    let keys = object.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.as_str()).collect()
}

/// Values that only one of both has, under a node of the schema.
fn differences(schema: &Value, node: &Value, values: &Value, path: &str, found: &mut Vec<String>) {
    let name = node["$ref"].as_str();
    let name = name.and_then(|name| name.strip_prefix(DEFINITIONS));
    if name.is_some_and(|name| OF_KUBERNETES.contains(&name)) {
        return;
    }
    let node = name.map_or(node, |name| &schema["$defs"][name]);
    let properties = &node["properties"];
    let [known, there] = [properties, values].map(names);
    for key in there.difference(&known) {
        found.push(format!("the schema has no {path}{key}"));
    }
    for key in known.difference(&there) {
        found.push(format!("values.yaml has no {path}{key}"));
    }
    for key in known.intersection(&there) {
        let path = format!("{path}{key}.");
        differences(schema, &properties[key], &values[key], &path, found);
    }
}
