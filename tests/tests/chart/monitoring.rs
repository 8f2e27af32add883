//! The rules about those who scrape, and about the alerts on what they find.

use crate::objects::{Objects, list, title};
use crate::sets::Set;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// Of the services, which has trouble on demand at the same port.
const ADMIN: u64 = 9090;
const EXPORTER: u64 = 9113;

/// The groups of `deploy/prometheus`, about the jobs of the release `site`.
pub(crate) fn groups() -> Value {
    let mut groups = Vec::new();
    for name in ["alerts", "recording"] {
        let file = rig::top().unwrap();
        let file = file.join(format!("deploy/prometheus/rules/{name}.yml"));
        let text = fs::read_to_string(file).unwrap();
        let text = text.replace(
            r#"job=~"hbnb-.+""#,
            r#"job=~"site-hbnb-(edge|web|api|assets)""#,
        );
        let text = text.replace(r#"job="hbnb-"#, r#"job="site-hbnb-"#);
        let rules: Value = serde_saphyr::from_str(&text).unwrap();
        groups.extend(rules["groups"].as_array().unwrap().clone());
    }
    Value::from(groups)
}

/// The services that an alert takes for gone where nothing of them is scraped.
fn missed(rule: &Value) -> BTreeSet<String> {
    let absent = Regex::new(r#"absent\(up\{job="site-hbnb-(\w+)"\}\)"#).unwrap();
    let groups = list(rule, "/spec/groups").into_iter();
    let rules = groups.flat_map(|group| list(group, "/rules"));
    let texts = rules.map(|rule| rule["expr"].as_str().unwrap());
    let found = texts.flat_map(|text| absent.captures_iter(text));
    found.map(|found| found[1].to_owned()).collect()
}

/// Not less, and not more: an alert on what is not there would fire for ever.
pub(crate) fn targets(objects: &Objects, _: &Set) -> Vec<String> {
    let pods = objects.pods();
    let scraped = pods.iter().filter(|pod| pod.labels.contains_key("metrics"));
    let scraped: BTreeSet<String> = scraped
        .map(|pod| pod.labels["app.kubernetes.io/component"].clone())
        .collect();
    let rules = objects.kind("PrometheusRule");
    rules
        .map(missed)
        .filter(|missed| *missed != scraped)
        .map(|missed| format!("{missed:?} of {scraped:?}"))
        .collect()
}

/// Whoever the values name; else every pod, but nobody where there is trouble to be made.
pub(crate) fn scrapers(objects: &Objects, set: &Set) -> Vec<String> {
    let named = set.values["networkPolicy"].get("metricsFrom");
    let everybody = json!([{"namespaceSelector": {}}]);
    let faults = set.values["faults"]["enabled"] == true;
    let mut wrong = Vec::new();
    for policy in objects.kind("NetworkPolicy") {
        for entry in list(policy, "/spec/ingress") {
            let ports = list(entry, "/ports").into_iter();
            let ports: Vec<u64> = ports.filter_map(|port| port["port"].as_u64()).collect();
            if !ports.contains(&ADMIN) && !ports.contains(&EXPORTER) {
                continue;
            }
            let closed = faults && named.is_none() && ports.contains(&ADMIN);
            if closed || entry["from"] != *named.unwrap_or(&everybody) {
                wrong.push(format!("{}: {entry}", title(policy)));
            }
        }
    }
    wrong
}
