//! The chart, without a cluster: what people set renders to objects that every Kubernetes of the last years takes and that keep
//! the rules of the house, and what they get wrong is told in a sentence.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[path = "chart/checkers.rs"]
mod checkers;
#[path = "chart/examples.rs"]
mod examples;
#[path = "chart/images.rs"]
mod images;
#[path = "chart/manifests.rs"]
mod manifests;
#[path = "chart/monitoring.rs"]
mod monitoring;
#[path = "chart/objects.rs"]
mod objects;
#[path = "chart/policy.rs"]
mod policy;
#[path = "chart/policy_pods.rs"]
mod policy_pods;
#[path = "chart/schema.rs"]
mod schema;
#[path = "chart/sets.rs"]
mod sets;
#[path = "chart/values.rs"]
mod values;

use rig::Helm;
use rig::helm::{HELM, HELM_3, chart, copy_of_the_chart};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use tempfile::TempDir;

use manifests::is_as_made;
use objects::without_chance;
use sets::{PRESENT, mistakes, rendered, rendered_for, sets};

const OLDEST_TO_NEWEST: [&str; 4] = ["1.29", "1.31", "1.34", "1.37"];

#[test]
fn there_are_enough_sets() {
    let sets = sets();
    assert!(sets.len() >= 16);
    // What is made of one is found again by it.
    let names: BTreeSet<&String> = sets.iter().map(|set| &set.name).collect();
    assert_eq!(names.len(), sets.len(), "a name is there twice");
}

/// Helm 3 is what many still have.
#[test]
fn each_set_renders_alike_in_both_helms() {
    let what = "the chart in two Helms";
    let Some(old) = Helm::find(HELM_3, what).unwrap() else {
        return;
    };
    let Some(new) = Helm::find(HELM, what).unwrap() else {
        return;
    };
    for set in sets() {
        let old = without_chance(rendered_for(PRESENT, &old, &set));
        let new = without_chance(rendered(&new, &set));
        assert_eq!(old, new, "{}", set.name);
    }
}

#[test]
fn each_set_is_lint_clean() {
    let Some(helm) = Helm::find(HELM, "helm lint").unwrap() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("values.json");
    for set in sets().iter().filter(|set| set.apis.is_empty()) {
        fs::write(&file, set.values.to_string()).unwrap();
        let chart = chart().unwrap();
        let args = ["lint", "--strict", "--quiet"].map(str::to_owned);
        let args = args.into_iter().chain([
            chart.display().to_string(),
            "--values".to_owned(),
            file.display().to_string(),
        ]);
        let args: Vec<String> = args.collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let said = helm
            .run(&args)
            .unwrap_or_else(|error| panic!("{}: {error}", set.name));
        assert!(!said.contains("[WARNING]"), "{}: {said}", set.name);
    }
}

#[test]
fn each_set_is_valid_for_each_kubernetes() {
    // A rendering is for one version, and takes its time.
    thread::scope(|scope| {
        for version in OLDEST_TO_NEWEST {
            scope.spawn(|| each_set_is_valid_for(version));
        }
    });
}

fn each_set_is_valid_for(version: &str) {
    let what = "the schemas of Kubernetes";
    let Some(helm) = Helm::find(HELM, what).unwrap() else {
        return;
    };
    // Sets have most objects in common but for chance; objects of others have no schema there.
    let sets = sets();
    let sets = sets.iter().filter(|set| set.since.as_str() <= version);
    let objects = sets.flat_map(|set| match version {
        PRESENT => without_chance(rendered(&helm, set)),
        other => without_chance(rendered_for(other, &helm, set)),
    });
    let objects: BTreeSet<String> = objects
        .filter(objects::is_of_kubernetes)
        .map(|object| format!("---\n{object}\n"))
        .collect();
    assert!(objects.len() > 100, "{} are too few", objects.len());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("objects.yaml");
    fs::write(&file, String::from_iter(objects)).unwrap();
    checkers::kubernetes_validate(what, version, &file);
}

#[test]
fn each_set_keeps_the_policy() {
    let Some(helm) = Helm::find(HELM, "the policy of the chart").unwrap() else {
        return;
    };
    let mut complaints = Vec::new();
    for set in sets() {
        let objects = objects::Objects::of(rendered(&helm, &set));
        for (rule, holds) in policy::RULES {
            let found = holds(&objects, &set);
            complaints.extend(
                found
                    .iter()
                    .map(|what| format!("{}: {rule}: {what}", set.name)),
            );
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn kube_score_finds_nothing_new() {
    let what = "kube-score";
    let Some(helm) = Helm::find(HELM, what).unwrap() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    for set in sets() {
        let own = |object: &Value| objects::is_of_kubernetes(object);
        let all: Vec<Value> = rendered(&helm, &set).into_iter().filter(own).collect();
        let file = folder.path().join("objects.yaml");
        fs::write(&file, objects::as_stream(&all)).unwrap();
        checkers::kube_score(&set, &file);
    }
}

/// Those of `deploy/prometheus`, as the operator of Prometheus hands them on; without what cannot be scraped they are still
/// rules.
#[test]
fn the_rules_are_those_of_prometheus() {
    let Some(helm) = Helm::find(HELM, "the rules in the chart").unwrap() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.yml");
    let mut whole = 0;
    for set in sets() {
        let objects = objects::Objects::of(rendered(&helm, &set));
        for rule in objects.kind("PrometheusRule") {
            if set.name == "monitored by services" {
                assert_eq!(rule["spec"]["groups"], monitoring::groups());
                whole += 1;
            }
            fs::write(&file, rule["spec"].to_string()).unwrap();
            checkers::promtool(&file);
        }
    }
    assert_eq!(whole, 1);
}

#[test]
fn the_schema_knows_the_values() {
    let found = schema::complaints();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn mistakes_are_told_in_a_sentence() {
    let Some(helm) = Helm::find(HELM, "mistakes in values").unwrap() else {
        return;
    };
    for mistake in mistakes() {
        let chart = chart().unwrap();
        let chart = chart.to_str().unwrap();
        let told = helm.render(chart, &mistake.values, &[], &mistake.kubernetes);
        let told = match told {
            Ok(_) => panic!("it was taken: {}", mistake.values),
            Err(error) => error.to_string(),
        };
        for part in &mistake.says {
            assert!(
                told.contains(part),
                "{}: no {part} in:\n{told}",
                mistake.values
            );
        }
    }
}

/// What is linked in the sources lies in the package.
#[test]
fn the_package_is_whole() {
    let Some(helm) = Helm::find(HELM, "the package of the chart").unwrap() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let chart = chart().unwrap();
    let chart = chart.to_str().unwrap();
    let into = folder.path().to_str().unwrap();
    helm.run(&["package", chart, "--destination", into])
        .unwrap();
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    let [Ok(package)] = &files[..] else {
        panic!("{files:?}");
    };
    let package = package.path();
    let sets = sets();
    for set in &sets {
        let packed = helm.render(package.to_str().unwrap(), &set.values, &set.apis, PRESENT);
        let packed = without_chance(packed.unwrap());
        let plain = without_chance(rendered(&helm, set));
        assert_eq!(packed, plain, "{}", set.name);
    }
}

#[test]
fn the_readme_has_a_table_of_the_values() {
    let file = chart().unwrap().join("README.md");
    let text = fs::read_to_string(&file).unwrap();
    is_as_made(&file, &values::with_table(&text));
}

#[test]
fn the_manifests_are_those_of_the_chart() {
    let Some(helm) = Helm::find(HELM, "the manifests without Helm").unwrap() else {
        return;
    };
    let base = manifests::base(&helm);
    is_as_made(&manifests::folder().join("base/hbnb.yaml"), &base);
    let objects = rig::helm::objects(&base).unwrap();
    assert!(objects.iter().all(|object| object["kind"] != "Secret"));
}

/// A Job cannot be changed: there is another one for other migrations, and for these the same again.
#[test]
fn the_job_is_named_by_the_migrations() {
    let Some(helm) = Helm::find(HELM, "the Job of the migrations").unwrap() else {
        return;
    };
    let values = json!({"database": {"mode": "external", "external": {
        "host": "db.example.org", "existingSecret": "database",
    }}});
    let name = |chart: &Path| {
        let chart = chart.to_str().unwrap();
        let objects = helm.render(chart, &values, &[], PRESENT).unwrap();
        let job = objects.iter().find(|object| object["kind"] == "Job");
        job.unwrap()["metadata"]["name"].clone()
    };
    let copy = copy_of_the_chart().unwrap();
    let before = name(copy.path());
    assert_eq!(name(&chart().unwrap()), before);
    let more = copy.path().join("files/migrations/9000_more.sql");
    fs::write(more, "ALTER TABLE places ADD COLUMN pets integer;\n").unwrap();
    assert_ne!(name(copy.path()), before);
}
