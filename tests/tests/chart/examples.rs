//! The examples of `deploy/kubernetes`.

use crate::checkers::kubernetes_validate;
use crate::manifests::folder;
use crate::objects::{as_stream, is_of_kubernetes};
use crate::sets::PRESENT;
use regex::Regex;
use rig::Helm;
use rig::helm::{HELM, chart};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// The texts of the example files, each with the name of its file.
fn examples() -> Vec<(String, String)> {
    let files = fs::read_dir(folder().join("examples")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let texts = paths.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap())
    });
    texts.collect()
}

/// What Kubernetes itself knows of the examples; their other kinds come with what they are about.
#[test]
fn are_valid() {
    let folder = TempDir::new().unwrap();
    let mut count = 0;
    for (name, text) in examples() {
        let mut all: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        // One file is values for the chart of another.
        all.retain(|document| document["kind"].is_string() && is_of_kubernetes(document));
        count += all.len();
        let file = folder.path().join(name);
        fs::write(&file, as_stream(&all)).unwrap();
        if !all.is_empty() {
            kubernetes_validate("the examples for Kubernetes", PRESENT, &file);
        }
    }
    assert!(count >= 3, "{count} objects are too few to be all");
}

/// Examples are read, and the values that they set are there.
#[test]
fn know_the_chart() {
    let Some(helm) = Helm::find(HELM, "the examples for Kubernetes").unwrap() else {
        return;
    };
    let chart = chart().unwrap();
    let chart = chart.to_str().unwrap();
    let option = Regex::new(r"--set\s+(?:#\s+)?([A-Za-z.]+=[^\s`,;]+)").unwrap();
    let mut count = 0;
    for (name, text) in examples() {
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!documents.is_empty(), "{name}");
        let sets: Vec<&str> = option
            .captures_iter(&text)
            .map(|found| found.get(1).unwrap().as_str())
            .collect();
        let mut args = vec!["template", "site", chart];
        args.extend(sets.iter().flat_map(|set| ["--set", set]));
        if sets.contains(&"database.mode=external") {
            // Beside what an example leaves to its reader.
            args.extend(["--set", "database.external.host=db.example.org"]);
            args.extend(["--set", "database.external.existingSecret=my-database"]);
        }
        count += sets.len();
        let said = helm.run(&args);
        said.unwrap_or_else(|error| panic!("{name}: {sets:?}: {error}"));
        for document in &documents {
            let values = &document["spec"]["source"]["helm"]["valuesObject"];
            if values.is_object() {
                let objects = helm.render(chart, values, &[], PRESENT).unwrap();
                assert!(objects.iter().all(|it| it["kind"] != "Secret"), "{name}");
                count += 1;
            }
        }
    }
    assert!(count > 5, "{count} values are too few to be all");
}
