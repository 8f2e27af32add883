//! Programs that a test runs inside the cluster.

use crate::world::{PATIENCE, Release};
use rig::{Namespace, until, version};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A pod of a test's own, that runs to its end.
pub(crate) struct Errand<'a> {
    namespace: &'a Namespace,
    name: String,
}

impl<'a> Errand<'a> {
    /// One of `hbnb`, which may do what `helm test` may in this release.
    pub(crate) fn hbnb(release: &Release<'a>, args: &[&str]) -> Self {
        let image = format!("hbnb/hbnb:{}", version().unwrap());
        let container = json!({"image": image, "args": args});
        Self::run(release.namespace, &Self::labels(release), container)
    }

    /// The labels of the pod of `helm test`.
    pub(crate) fn labels(release: &Release) -> Value {
        json!({
            "app.kubernetes.io/name": "hbnb",
            "app.kubernetes.io/instance": release.name,
            "app.kubernetes.io/component": "test",
        })
    }

    /// A container with more fields, restricted as all are; the labels say what the policies let it do.
    pub(crate) fn run(namespace: &'a Namespace, labels: &Value, mut container: Value) -> Self {
        let mut labels = labels.clone();
        labels["errand"] = json!("true");
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("errand-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        container["name"] = json!("errand");
        container["securityContext"] = json!({
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
        });
        let user = json!({
            "runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"},
        });
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels},
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": false,
                "securityContext": user,
                "containers": [container],
            },
        });
        namespace.apply(&pod).unwrap();
        Self { namespace, name }
    }

    /// A command of `kubectl` on its pod, which does what it is told.
    pub(crate) async fn kubectl(&self, command: &str, args: &[&str]) {
        let args = [&[command, self.name.as_str()], args].concat();
        self.namespace.kubectl(&args).await.unwrap();
    }

    /// Waits for its end; its exit code, and what it wrote.
    pub(crate) async fn end(&self, limit: Duration) -> (i64, String) {
        // Asked again and again, it would take the processor from what is measured meanwhile.
        let ended = "--for=jsonpath={.status.containerStatuses[0].state.terminated.exitCode}";
        let (pod, limit) = (format!("pod/{}", self.name), limit.as_secs());
        let wait = ["wait", &pod, ended, &format!("--timeout={limit}s")];
        self.namespace.kubectl(&wait).await.unwrap();
        let pod = self.namespace.get(&["pod", &self.name]).await.unwrap();
        let state = &pod["status"]["containerStatuses"][0]["state"];
        let code = state["terminated"]["exitCode"].as_i64().unwrap();
        let told = self.namespace.kubectl(&["logs", &self.name]).await;
        (code, told.unwrap())
    }

    /// The report of `hbnb load --json`.
    pub(crate) async fn report(&self, limit: Duration) -> Value {
        let (_, told) = self.end(limit).await;
        let from = told.find('{').unwrap_or_else(|| panic!("{told}"));
        let mut documents = serde_json::Deserializer::from_str(&told[from..]).into_iter();
        documents.next().unwrap().unwrap()
    }
}

/// Whether a port can be reached from inside a pod that runs, tried by a container that joins it.
pub(crate) async fn reaches(namespace: &Namespace, pod: &str, target: &str) -> bool {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("try-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let image = format!("--image=hbnb/hbnb:{}", version().unwrap());
    let container = format!("--container={name}");
    let args = [
        "debug",
        pod,
        &image,
        &container,
        "--profile=restricted",
        "--image-pull-policy=IfNotPresent",
        "--quiet",
        "--",
        "/hbnb",
        "check",
        "--tcp",
        target,
    ];
    namespace.kubectl(&args).await.unwrap();
    let mut code = None;
    let ended = async || {
        let told = namespace.get(&["pod", pod]).await?;
        let tries = told["status"]["ephemeralContainerStatuses"].as_array();
        let own = tries.into_iter().flatten().find(|it| it["name"] == *name);
        code = own.and_then(|own| own["state"]["terminated"]["exitCode"].as_i64());
        Ok(code.is_some())
    };
    until(&format!("{pod} to {target}"), PATIENCE, ended)
        .await
        .unwrap();
    code == Some(0)
}
