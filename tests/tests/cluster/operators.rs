//! What the chart makes for operators that a cluster may have: a Prometheus operator, cert-manager. They are not there; the
//! definitions of their resources are.

use crate::world::{PATIENCE, Release, can_have};
use rig::environment::variable;
use rig::helm::objects;
use rig::kube::kubectl;
use rig::skip::{Tool, missing};
use rig::{Namespace, announce, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Definitions that were not there before; dropping it removes them, with what is of their kinds.
struct Definitions(Vec<String>);

impl Definitions {
    /// Those of the files in a folder.
    async fn create(folder: &Path) -> Definitions {
        let mut created = Definitions(Vec::new());
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let text = fs::read_to_string(&file).unwrap();
            let name = objects(&text).unwrap()[0]["metadata"]["name"].clone();
            let name = format!("customresourcedefinition/{}", name.as_str().unwrap());
            if kubectl(&["get", &name]).await.is_err() {
                // Applying would keep all of a text in an annotation, for which some are too long.
                let file = file.display().to_string();
                kubectl(&["create", "--filename", &file]).await.unwrap();
                created.0.push(name.clone());
            }
            // Of one that has no conditions yet, kubectl says at once that it cannot wait for any.
            let wait = ["wait", "--for=condition=established", "--timeout=5s", &name];
            let established = async || Ok(kubectl(&wait).await.is_ok());
            until(&name, PATIENCE, established).await.unwrap();
        }
        created
    }
}

impl Drop for Definitions {
    fn drop(&mut self) {
        let mut kubectl = Command::new("kubectl");
        kubectl.args(["delete", "--wait=false", "--ignore-not-found"]);
        let _ = kubectl.args(&self.0).stdout(Stdio::null()).status();
    }
}

/// The cluster knows each field of what is made for them, and keeps all of it.
#[tokio::test(flavor = "multi_thread")]
async fn take_what_is_made_for_them() {
    let what = "resources for operators";
    let Some(helm) = can_have(what).await else {
        return;
    };
    let Some(folder) = variable("HBNB_TEST_CRDS") else {
        let why = "HBNB_TEST_CRDS names no folder of definitions: make setup fetches them";
        return missing(Tool::Cluster, what, why);
    };
    let _definitions = Definitions::create(Path::new(&folder)).await;
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let mut kinds = BTreeSet::new();
    for monitor in ["serviceMonitor", "podMonitor"] {
        release.install(&all_with(monitor));
        kinds.append(&mut made_and_kept(&release).await);
    }
    announce(&format!("{what}: {kinds:?}"));
    let wanted = [
        "Certificate",
        "PodMonitor",
        "PrometheusRule",
        "ServiceMonitor",
    ];
    assert_eq!(kinds, wanted.map(str::to_owned).into());
}

/// Everything that is for an operator, and no pods.
fn all_with(monitor: &str) -> Value {
    let on = json!({"enabled": true, "labels": {"release": "prometheus"}});
    let none = json!({"replicas": 0});
    let tls =
        json!({"mode": "certManager", "hosts": ["hbnb.example.org"], "issuer": {"name": "ca"}});
    json!({
        "database": {"mode": "external", "external": {"host": "db.example.org", "existingSecret": "none"}},
        "migrations": {"mode": "off"},
        "web": none, "api": none, "assets": none,
        "edge": {"replicas": 0, "exporter": {"enabled": true}, "tls": tls},
        "metrics": {monitor: on, "rules": on},
    })
}

/// The kinds of what a release has for operators; the cluster has each as it was made.
async fn made_and_kept(release: &Release<'_>) -> BTreeSet<String> {
    let manifest = release.helm(&["get", "manifest", "site"]).unwrap();
    let mut kinds = BTreeSet::new();
    for made in objects(&manifest).unwrap() {
        let group = made["apiVersion"].as_str().unwrap();
        if !group.starts_with("monitoring.coreos.com/") && !group.starts_with("cert-manager.io/") {
            continue;
        }
        let [kind, name] =
            [&made["kind"], &made["metadata"]["name"]].map(|it| it.as_str().unwrap());
        let kept = release.namespace.get(&[kind, name]).await.unwrap();
        assert_eq!(lacks(&made["spec"], &kept["spec"]), None, "{kind} {name}");
        kinds.insert(kind.to_owned());
    }
    kinds
}

/// The first part of what was made that is not in what was kept, which may have more.
fn lacks(made: &Value, kept: &Value) -> Option<String> {
    match (made, kept) {
        (Value::Object(made), Value::Object(kept)) => made.iter().find_map(|(key, made)| {
            let within = lacks(made, kept.get(key).unwrap_or(&Value::Null))?;
            Some(format!("{key}.{within}"))
        }),
        (Value::Array(made), Value::Array(kept)) if made.len() == kept.len() => made
            .iter()
            .zip(kept)
            .find_map(|(made, kept)| lacks(made, kept)),
        _ => (made != kept).then(|| format!(" {made} became {kept}")),
    }
}
