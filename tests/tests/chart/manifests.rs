//! What `deploy/kubernetes` has for people without Helm.

use rig::helm::chart;
use rig::{Helm, top};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn folder() -> PathBuf {
    top().unwrap().join("deploy/kubernetes")
}

/// The base as it should be: the chart's objects but for those of its tests, which only Helm runs.
pub(crate) fn base(helm: &Helm) -> String {
    let values = folder().join("base/values.yaml");
    let [chart, values] = [chart().unwrap(), values].map(|path| path.display().to_string());
    let args = [
        "template",
        "hbnb",
        &chart,
        "--namespace",
        "hbnb",
        "--no-hooks",
    ];
    let rendered = helm.run(&[&args[..], &["--values", &values]].concat());
    let rendered = rendered.unwrap();
    let without = rendered
        .lines()
        .filter(|line| !line.trim_start().starts_with("helm.sh/chart:"));
    let lines: Vec<String> = without
        .map(|line| line.replace("managed-by: Helm", "managed-by: kustomize"))
        .collect();
    format!(
        "# Rendered from helm/hbnb by: make manifests\n{}\n",
        lines.join("\n")
    )
}

/// What is made of something else is not changed by hand.
pub(crate) fn is_as_made(file: &Path, wanted: &str) {
    if fs::read_to_string(file).is_ok_and(|text| text == wanted) {
        return;
    }
    if rig::environment::variable("HBNB_TEST_UPDATE").is_some() {
        return fs::write(file, wanted).unwrap();
    }
    panic!("{} is out of date: make manifests", file.display());
}
