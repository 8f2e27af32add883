//! Programs that know what Kubernetes takes.

use crate::sets::Set;
use rig::environment::variable;
use rig::skip::{Tool, missing};
use std::path::Path;
use std::process::{Command, Output};

/// What is not as `kube-score` would have it, each with the reason.
const WANTED_SO: &str = include_str!("kube-score-ignored.txt");

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

/// Asserts that the files are valid objects of a version of Kubernetes, with no field that it does not know.
pub(crate) fn kubernetes_validate(what: &str, version: &str, file: &Path) {
    let name = "HBNB_TEST_KUBERNETES_VALIDATE";
    let Some(program) = variable(name) else {
        return missing(Tool::Helm, what, &format!("{name} is not set"));
    };
    let mut command = Command::new(program);
    command.args(["--strict", "--kubernetes-version", version]);
    let output = command.arg(file).output().unwrap();
    let said = said(&output);
    let findings: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("INFO"))
        .collect();
    assert!(
        output.status.success() && findings.is_empty(),
        "{version}: {findings:#?}"
    );
}

/// Of the lines, the names of those that are not about another set.
fn ignored(set: &Set) -> impl Iterator<Item = &'static str> {
    let lines = WANTED_SO.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (name, why) = line.split_once(' ')?;
        let only = why.trim_start().strip_prefix('"');
        let only = only.and_then(|rest| rest.split('"').next());
        only.is_none_or(|only| only == set.name).then_some(name)
    })
}

pub(crate) fn kube_score(set: &Set, file: &Path) {
    let name = "HBNB_TEST_KUBE_SCORE";
    let Some(program) = variable(name) else {
        return missing(Tool::Helm, "kube-score", &format!("{name} is not set"));
    };
    let mut command = Command::new(program);
    command.args(["score", "--output-format", "ci"]);
    for name in ignored(set) {
        match name.starts_with("--") {
            true => command.arg(name),
            false => command.args(["--ignore-test", name]),
        };
    }
    let output = command.arg(file).output().unwrap();
    let said = said(&output);
    let findings: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("[CRITICAL]") || line.starts_with("[WARNING]"))
        .collect();
    assert!(findings.is_empty(), "{}: {}", set.name, findings.join("\n"));
    assert!(said.contains("[OK]"), "{}: {said}", set.name);
}

pub(crate) fn promtool(file: &Path) {
    let name = "HBNB_TEST_PROMTOOL";
    let Some(program) = variable(name) else {
        let why = format!("{name} is not set");
        return missing(Tool::Prometheus, "the rules in the chart", &why);
    };
    let mut command = Command::new(program);
    let output = command.args(["check", "rules"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}
