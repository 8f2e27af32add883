//! The images that the chart tells of, in `Chart.yaml`, are those of its values.

use rig::helm::chart;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn the_chart_tells_of_its_images() {
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(chart().unwrap().join(name)).unwrap();
        serde_saphyr::from_str(&text).unwrap()
    };
    let (about, values) = (read("Chart.yaml"), read("values.yaml"));
    let version = about["appVersion"].as_str().unwrap();
    let told = about["annotations"]["artifacthub.io/images"].as_str();
    let told: Vec<Value> = serde_saphyr::from_str(told.unwrap()).unwrap();
    let told: BTreeSet<&str> = told
        .iter()
        .map(|it| it["image"].as_str().unwrap())
        .collect();
    let mut used = BTreeSet::new();
    find(&values, version, &mut used);
    assert_eq!(told, used.iter().map(String::as_str).collect());
}

/// Every image below this value, with the tag that it has by default.
fn find(value: &Value, version: &str, found: &mut BTreeSet<String>) {
    if let Some(repository) = value["repository"].as_str() {
        let tag = value["tag"].as_str().unwrap_or(version);
        found.insert(format!("{repository}:{tag}"));
    }
    for (_, inner) in value.as_object().into_iter().flatten() {
        find(inner, version, found);
    }
}
