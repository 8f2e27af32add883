//! What the stories of the cluster share: a chart that is installed, and people who use it.

use rig::environment::variable;
use rig::golden::{self, Targets};
use rig::helm::{HELM, HELM_3, chart};
use rig::http::get;
use rig::kube::{available, node_address};
use rig::skip::{Tool, missing};
use rig::{Helm, Namespace, skipped, until, version};
use serde_json::{Value, json};
use std::io::Write;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How long something in the cluster may take to be what it should be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// The services that the chart makes of our own images, and nginx before them.
pub(crate) const SERVICES: [&str; 4] = ["edge", "web", "api", "assets"];
/// What the chart and its tests run.
pub(crate) const IMAGES: [&str; 4] = ["hbnb/hbnb", "hbnb/api", "hbnb/web", "hbnb/assets"];
/// The image of the edge, which has curl too.
pub(crate) const NGINX: &str = "nginxinc/nginx-unprivileged:1.30";
const FOREIGN: [&str; 4] = [
    NGINX,
    "postgres:18",
    "nginx/nginx-prometheus-exporter:1.5.1",
    "prom/prometheus:v3.5.3",
];

/// A Helm for the cluster, with our images in it, and a turn there.
pub(crate) struct Cluster {
    helm: Helm,
    /// Stories share the cluster, but for one that measures: it has it alone.
    _turn: Turn,
}

enum Turn {
    Shared(#[expect(dead_code, reason = "held until it is dropped")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held until it is dropped")] RwLockWriteGuard<'static, ()>),
}

static TURNS: RwLock<()> = RwLock::const_new(());

impl Deref for Cluster {
    type Target = Helm;

    fn deref(&self) -> &Helm {
        &self.helm
    }
}

/// The cluster, shared with other stories; without one it has been said.
pub(crate) async fn can_have(what: &str) -> Option<Cluster> {
    let helm = find(what)?;
    let _turn = Turn::Shared(TURNS.read().await);
    Some(Cluster { helm, _turn })
}

/// The cluster without any other story in it.
pub(crate) async fn can_have_alone(what: &str) -> Option<Cluster> {
    let helm = find(what)?;
    let _turn = Turn::Alone(TURNS.write().await);
    Some(Cluster { helm, _turn })
}

/// The same cluster by a Helm of before, where there is one.
pub(crate) fn by_helm_3(what: &str) -> Option<Helm> {
    Helm::find(HELM_3, what).unwrap().map(Helm::in_cluster)
}

fn find(what: &str) -> Option<Helm> {
    if variable("HBNB_TEST_CLUSTER").is_none() {
        skipped(what, "HBNB_TEST_CLUSTER is not set: make cluster sets it");
        return None;
    }
    if let Err(why) = available() {
        missing(Tool::Cluster, what, &why);
        return None;
    }
    static LOADED: OnceLock<()> = OnceLock::new();
    LOADED.get_or_init(|| {
        let ours = IMAGES.map(|image| format!("{image}:{}", version().unwrap()));
        // A cluster of people fetches others by itself.
        let foreign = FOREIGN
            .map(str::to_owned)
            .into_iter()
            .filter(|it| is_here(it));
        load(&ours.into_iter().chain(foreign).collect::<Vec<_>>());
    });
    Helm::find(HELM, what).unwrap().map(Helm::in_cluster)
}

/// Whether the Docker engine has an image.
fn is_here(image: &str) -> bool {
    let mut docker = Command::new("docker");
    let asked = docker.args(["image", "inspect", "--format", "{{.Id}}", image]);
    asked.output().is_ok_and(|output| output.status.success())
}

/// Brings images of the Docker engine into the cluster, by the command that `HBNB_CLUSTER_LOAD` has.
pub(crate) fn load(images: &[String]) {
    let Some(command) = variable("HBNB_CLUSTER_LOAD") else {
        return skipped("loading images", "HBNB_CLUSTER_LOAD is not set");
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} \"$@\""), "sh"]);
    let output = shell.args(images).output().unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
}

/// A release of the chart in a namespace.
pub(crate) struct Release<'a> {
    pub(crate) helm: &'a Helm,
    pub(crate) namespace: &'a Namespace,
    pub(crate) name: String,
}

impl<'a> Release<'a> {
    pub(crate) fn new(helm: &'a Helm, namespace: &'a Namespace) -> Self {
        Self::named(helm, namespace, "site")
    }

    pub(crate) fn named(helm: &'a Helm, namespace: &'a Namespace, name: &str) -> Self {
        Self {
            helm,
            namespace,
            name: name.to_owned(),
        }
    }

    /// The name of an object of it.
    pub(crate) fn object(&self, component: &str) -> String {
        format!("{}-hbnb-{component}", self.name)
    }

    /// Installs it, or changes it to these values, and waits until all is ready; tells how long that took.
    pub(crate) fn install(&self, values: &Value) -> Duration {
        let begun = Instant::now();
        self.try_install(values, "3m")
            .unwrap_or_else(|said| panic!("{said}"));
        begun.elapsed()
    }

    /// The same, in the given time such as `20s`; what Helm says where it fails.
    pub(crate) fn try_install(&self, values: &Value, limit: &str) -> Result<String, String> {
        self.try_install_from(&chart().unwrap(), values, limit)
    }

    /// The same, from a changed copy of the chart.
    pub(crate) fn try_install_from(
        &self,
        chart: &Path,
        values: &Value,
        limit: &str,
    ) -> Result<String, String> {
        let mut modest = modest();
        merge(&mut modest, values);
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(modest.to_string().as_bytes()).unwrap();
        let chart = chart.display().to_string();
        let args = ["upgrade", "--install", &self.name, &chart, "--wait"];
        let file = file.path().display().to_string();
        self.helm(&[&args[..], &["--timeout", limit, "--values", &file]].concat())
    }

    /// Another command of Helm on it.
    pub(crate) fn helm(&self, args: &[&str]) -> Result<String, String> {
        let namespace = ["--namespace", self.namespace.name()];
        let told = self.helm.run(&[args, &namespace].concat());
        told.map_err(|error| error.to_string())
    }

    /// The labels of the pods of a component.
    pub(crate) fn labels(&self, component: &str) -> String {
        let instance = &self.name;
        format!("app.kubernetes.io/instance={instance},app.kubernetes.io/component={component}")
    }

    pub(crate) async fn pods(&self, component: &str) -> Vec<Value> {
        let labels = self.labels(component);
        self.namespace.pods(&labels).await.unwrap()
    }

    /// Waits until as many pods of a component are ready as there should be.
    pub(crate) async fn until_ready(&self, component: &str) {
        let kind = match component {
            "db" => "statefulset",
            _ => "deployment",
        };
        let name = self.object(component);
        let ready =
            async || {
                let told = self.namespace.get(&[kind, &name]).await?;
                let (status, wanted) = (&told["status"], &told["spec"]["replicas"]);
                let newest = status["observedGeneration"] == told["metadata"]["generation"];
                Ok(newest
                    && status["readyReplicas"] == *wanted
                    && status["updatedReplicas"] == *wanted)
            };
        until(&format!("{name} ready"), PATIENCE, ready)
            .await
            .unwrap();
    }

    /// Restarts of the containers of all its pods, by name of the pod.
    pub(crate) async fn restarts(&self) -> Vec<String> {
        let labels = format!("app.kubernetes.io/instance={}", self.name);
        let pods = self.namespace.pods(&labels).await.unwrap();
        let mut restarted = Vec::new();
        for pod in &pods {
            let statuses = pod["status"]["containerStatuses"].as_array();
            let any = statuses
                .into_iter()
                .flatten()
                .any(|status| status["restartCount"] != 0);
            restarted.extend(any.then(|| pod["metadata"]["name"].to_string()));
        }
        restarted
    }
}

/// Little is asked of the processor, and the same for all: a node of two takes several stories at once, and none starves
/// beside the pages of another.
fn modest() -> Value {
    let little = json!({"resources": {"requests": {"cpu": "25m"}}});
    let database = json!({"internal": little, "embedded": little});
    json!({"edge": little, "web": little, "api": little, "assets": little, "database": database})
}

/// The site with its database in memory: no volume is used up.
fn values() -> Value {
    json!({"database": {"internal": {"persistence": {"emptyDir": {"medium": "Memory", "sizeLimit": "256Mi"}}}}})
}

/// The same with more values.
pub(crate) fn values_with(more: &Value) -> Value {
    let mut values = values();
    merge(&mut values, more);
    values
}

/// The same for one pod of each service, where a story needs no more.
pub(crate) fn single_with(more: &Value) -> Value {
    let one = json!({"replicas": 1});
    let mut single = values_with(&json!({"edge": one, "web": one, "api": one, "assets": one}));
    merge(&mut single, more);
    single
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

/// Plays all golden scenarios.
pub(crate) async fn plays(base: &str, what: &str) {
    golden::plays(&Targets::site(base), what).await.unwrap();
}

/// The edge at a port of its node, which outlives every pod.
pub(crate) async fn node_port(release: &Release<'_>) -> String {
    let node = node_address().await.unwrap();
    let edge = release.object("edge");
    let service = release.namespace.get(&["service", &edge]).await.unwrap();
    let base = format!(
        "http://{}:{}",
        node, service["spec"]["ports"][0]["nodePort"]
    );
    let there = async || Ok(get(&base, "/").await.is_ok_and(|page| page.status == 200));
    until("the port of the node", PATIENCE, there)
        .await
        .unwrap();
    base
}

/// A release that is nothing but a database, for others to use.
pub(crate) async fn database<'a>(helm: &'a Helm, namespace: &'a Namespace) -> Release<'a> {
    let release = Release::named(helm, namespace, "outside");
    let none = json!({"replicas": 0});
    release.install(&values_with(&json!({
        "networkPolicy": {"enabled": false}, "edge": none, "web": none, "api": none, "assets": none,
    })));
    release.until_ready("db").await;
    release
}
