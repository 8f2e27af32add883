//! Helm, and the chart of the project.

use crate::environment::{remove, variable};
use crate::skip::{Tool, missing};
use crate::sources::top;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// The variable that names a Helm of the present.
pub const HELM: &str = "HBNB_TEST_HELM";
/// The variable that names one of the time before, which many still use.
pub const HELM_3: &str = "HBNB_TEST_HELM3";

/// A Helm that knows nothing of who runs it: no plugins, no repositories, and no cluster if not told.
#[derive(Debug)]
pub struct Helm {
    program: String,
    home: TempDir,
    cluster: bool,
}

impl Helm {
    /// The program that a variable names; without one, `what` is skipped.
    pub fn find(name: &str, what: &str) -> Result<Option<Self>> {
        let Some(program) = variable(name) else {
            missing(Tool::Helm, what, &format!("{name} is not set"));
            return Ok(None);
        };
        let home = TempDir::new()?;
        Ok(Some(Self {
            program,
            home,
            cluster: false,
        }))
    }

    /// The same with the cluster of `KUBECONFIG`.
    #[must_use]
    pub fn in_cluster(self) -> Self {
        Self {
            cluster: true,
            ..self
        }
    }

    /// A command of it, to be told more.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        remove(&mut command, &["HELM_"]);
        if !self.cluster {
            remove(&mut command, &["KUBE"]);
        }
        for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(name, self.home.path());
        }
        command.args(args);
        command
    }

    /// What it writes on standard output; what it says on standard error where it fails.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let output = self.command(args).output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The objects of a release named `site` with these values, in the chart's order; `apis` are what the cluster would have
    /// beside Kubernetes' own, and `kubernetes` its version, such as `1.34`.
    pub fn render(
        &self,
        chart: &str,
        values: &Value,
        apis: &[String],
        kubernetes: &str,
    ) -> Result<Vec<Value>> {
        let file = self.home.path().join("values.json");
        std::fs::write(&file, values.to_string())?;
        let file = file.to_string_lossy();
        // As a cluster tells it.
        let version = format!("{kubernetes}.0");
        let mut args = vec!["template", "site", chart, "--namespace", "here"];
        args.extend(["--values", &file, "--kube-version", &version]);
        for api in apis {
            args.extend(["--api-versions", api]);
        }
        objects(&self.run(&args)?)
    }
}

/// The chart's folder.
pub fn chart() -> Result<PathBuf> {
    Ok(top()?.join("helm/hbnb"))
}

/// A copy of the chart with files instead of links, to be changed.
pub fn copy_of_the_chart() -> Result<TempDir> {
    let copy = TempDir::new()?;
    let from = format!("{}/.", chart()?.display());
    let mut cp = Command::new("cp");
    cp.args(["--recursive", "--dereference", &from]);
    ensure!(cp.arg(copy.path()).status()?.success(), "cp {from}");
    Ok(copy)
}

/// The documents of a stream of YAML that are not empty.
pub fn objects(text: &str) -> Result<Vec<Value>> {
    let all: Vec<Value> = serde_saphyr::from_multiple(text).context("no YAML")?;
    let objects: Vec<Value> = all.into_iter().filter(|object| !object.is_null()).collect();
    for object in &objects {
        ensure!(object["kind"].is_string(), "no object: {object}");
    }
    Ok(objects)
}
