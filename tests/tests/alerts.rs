//! The rules of Prometheus and the dashboards of Grafana: right, tested, explained, and about what is really measured.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[path = "alerts/dashboards.rs"]
mod dashboards;
#[path = "alerts/known.rs"]
mod known;
#[path = "alerts/promtool.rs"]
mod promtool;
#[path = "alerts/provisioning.rs"]
mod provisioning;
#[path = "alerts/rules.rs"]
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rig::promql;
use rig::rules::shortened_copy;
use tempfile::TempDir;

use rules::{Alert, alerts, files, folder};

const HEADINGS: [&str; 4] = ["## What users see", "## Check", "## Mend", "# "];

#[test]
fn promtool_finds_them_right() {
    let rules = files("rules");
    promtool::passes(
        "the rules",
        &["check", "rules", "--lint=all", "--lint-fatal"],
        &rules,
    );
    let main = [folder().join("prometheus.yml")];
    promtool::passes("the configuration", &["check", "config"], &main);
}

#[test]
fn shortened_they_are_right_too() {
    let copy = TempDir::new().unwrap();
    shortened_copy(&folder(), copy.path(), 60).unwrap();
    let main = [copy.path().join("prometheus.yml")];
    promtool::passes("the shortened rules", &["check", "config"], &main);
}

#[test]
fn each_alert_fires_and_does_not() {
    promtool::passes(
        "the tests of the rules",
        &["test", "rules"],
        &files("tests"),
    );
    let (mut firing, mut quiet) = (BTreeSet::new(), BTreeSet::new());
    for case in rules::cases() {
        let seen = match case.exp_alerts.is_empty() {
            true => &mut quiet,
            false => &mut firing,
        };
        seen.insert(case.alertname);
    }
    let all: BTreeSet<String> = alerts().into_iter().map(|alert| alert.alert).collect();
    assert_eq!((&firing, &quiet), (&all, &all));
}

#[test]
fn each_alert_is_explained() {
    let mut pages = BTreeMap::<String, Vec<Alert>>::new();
    for alert in alerts() {
        let severity = alert.labels["severity"].as_str();
        assert!(
            ["critical", "warning", "info"].contains(&severity),
            "{severity}"
        );
        for part in ["summary", "description"] {
            assert!(
                !alert.annotations[part].is_empty(),
                "{}: {part}",
                alert.alert
            );
        }
        let page = alert.annotations["runbook"].clone();
        pages.entry(page).or_default().push(alert);
    }
    for (page, alerts) in &pages {
        let text = fs::read_to_string(rig::top().unwrap().join(page)).unwrap();
        for heading in HEADINGS {
            assert!(
                text.lines().any(|line| line.starts_with(heading)),
                "{page}: {heading}"
            );
        }
        for alert in alerts {
            assert!(
                text.contains(&format!("`{}`", alert.alert)),
                "{page}: {}",
                alert.alert
            );
        }
    }
    let told: BTreeSet<String> = pages.into_keys().collect();
    assert_eq!(
        told,
        rules::runbooks(),
        "a page for each alert, and no other"
    );
}

/// What is scraped is what the alerts expect to be there.
#[test]
fn each_job_is_missed() {
    let alerts = alerts();
    let missing = alerts
        .iter()
        .find(|alert| alert.alert == "HbnbTargetMissing");
    let jobs = rules::jobs();
    let own: Vec<&String> = jobs.iter().filter(|job| job.starts_with("hbnb-")).collect();
    assert_eq!(own.len(), 4, "{jobs:?}");
    for job in own {
        let absent = format!("absent(up{{job=\"{job}\"}})");
        assert!(missing.unwrap().expr.contains(&absent), "{absent}");
    }
}

#[test]
fn dashboards_are_well_made() {
    let all = dashboards::all();
    assert_eq!(all.len(), 4);
    let unique = |of: fn(&dashboards::Dashboard) -> &str| {
        let values: BTreeSet<&str> = all.iter().map(of).collect();
        assert_eq!(values.len(), all.len(), "{values:?}");
    };
    unique(|dashboard| &dashboard.uid);
    unique(|dashboard| &dashboard.title);
    all.iter().for_each(dashboards::assert_well_made);
}

#[test]
fn grafana_finds_the_dashboards_and_their_data() {
    let sources = provisioning::sources();
    let [source] = &sources[..] else {
        panic!("{} data sources", sources.len());
    };
    assert_eq!(source.uid, dashboards::SOURCE);
    assert_eq!(source.kind, "prometheus");
    // The service of compose, at the port in its container.
    assert_eq!(source.url, "http://prometheus:9090");

    let providers = provisioning::providers();
    let [provider] = &providers[..] else {
        panic!("{} providers", providers.len());
    };
    assert_eq!(provider.kind, "file");
    let dashboards = ("deploy/grafana/dashboards", provider.options.path.as_str());
    let provisioning = (
        "deploy/grafana/provisioning",
        // Where every Grafana looks.
        "/etc/grafana/provisioning",
    );
    let mounts = provisioning::mounts();
    let mounts: BTreeSet<(&str, &str)> = mounts
        .iter()
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .collect();
    assert_eq!(mounts, BTreeSet::from([dashboards, provisioning]));
}

#[test]
fn promtool_reads_every_query() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("queries.yml");
    let mut queries = dashboards::queries();
    queries.extend(rules::runbook_queries());
    assert!(
        queries.len() > 80,
        "{} are too few to be all",
        queries.len()
    );
    fs::write(&file, dashboards::as_rules(&queries)).unwrap();
    let what = "the queries of dashboards and runbooks";
    promtool::passes(what, &["check", "rules"], &[file]);
}

/// No alert, no panel and no page is about a metric that nobody has.
#[tokio::test]
async fn each_metric_is_there() {
    let mut known = known::scraped().await;
    known.extend(known::FOREIGN.iter().map(|name| (*name).to_owned()));
    known.extend(rules::recorded());
    let queries = rules::queries().into_iter().chain(dashboards::queries());
    let queries = queries
        .chain(rules::runbook_queries())
        .chain(rules::adapter_queries());
    let mut count = 0;
    for (place, query) in queries {
        let asked = promql::metrics(&query).unwrap();
        assert!(!asked.is_empty(), "{place}: {query}");
        count += asked.len();
        for name in asked {
            assert!(known.contains(&name), "{place}: nobody has {name}");
        }
    }
    assert!(count > 100, "{count} names are too few to be all");
}
