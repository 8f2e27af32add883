//! A Prometheus in the cluster.

use crate::world::{PATIENCE, Release, SERVICES, can_have, values_with};
use rig::http::get;
use rig::{Forward, Namespace, announce, top, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_all_pods() {
    let Some(helm) = can_have("a Prometheus in the cluster").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&values_with(
        &json!({"edge": {"exporter": {"enabled": true}}}),
    ));
    let mut targets = Vec::new();
    for service in SERVICES {
        release.until_ready(service).await;
        for pod in release.pods(service).await {
            targets.push(target(&pod, service));
        }
    }
    assert_eq!(targets.len(), 8);
    start(&namespace, &targets);
    let ready = [
        "wait",
        "--for=condition=ready",
        "pod/prometheus",
        "--timeout=60s",
    ];
    namespace.kubectl(&ready).await.unwrap();
    let prometheus = namespace.forward("pod/prometheus", 9090).unwrap();

    let mut up = BTreeSet::new();
    let all_up = async || {
        let told = ask(&prometheus, "/api/v1/query?query=up==1").await?;
        let found = told["data"]["result"].as_array().into_iter().flatten();
        up = found
            .map(|one| one["metric"]["instance"].to_string())
            .collect();
        Ok(up.len() == targets.len())
    };
    until("all targets are up", PATIENCE, all_up).await.unwrap();
    let told = ask(&prometheus, "/api/v1/rules?type=alert").await.unwrap();
    let groups = told["data"]["groups"].as_array().unwrap().iter();
    let alerts: usize = groups
        .map(|group| group["rules"].as_array().unwrap().len())
        .sum();
    announce(&format!(
        "Prometheus in the cluster: {} targets up, {alerts} alerts",
        up.len()
    ));
    assert!(alerts > 10, "{alerts}");
}

async fn ask(prometheus: &Forward, path: &str) -> anyhow::Result<Value> {
    get(prometheus.base(), path).await?.json()
}

/// What its annotations tell a Prometheus.
fn target(pod: &Value, service: &str) -> Value {
    let told = &pod["metadata"]["annotations"];
    assert_eq!(told["prometheus.io/scrape"], "true", "{service}");
    let address = format!(
        "{}:{}",
        pod["status"]["podIP"].as_str().unwrap(),
        told["prometheus.io/port"].as_str().unwrap()
    );
    json!({
        "job_name": format!("hbnb-{service}-{address}"),
        "metrics_path": told["prometheus.io/path"],
        "scrape_interval": "2s",
        "static_configs": [{"targets": [address], "labels": {"job": format!("hbnb-{service}")}}],
    })
}

/// With the rules that the chart has.
fn start(namespace: &Namespace, targets: &[Value]) {
    let config = json!({"rule_files": ["/etc/prometheus/*.yml"], "scrape_configs": targets});
    let mut files = json!({"prometheus.yaml": config.to_string()});
    for name in ["alerts.yml", "recording.yml"] {
        let file = top().unwrap().join("deploy/prometheus/rules").join(name);
        files[name] = fs::read_to_string(file).unwrap().into();
    }
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prometheus"}, "data": files});
    namespace.apply(&map).unwrap();
    let pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "prometheus"},
        "spec": {
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 65534, "fsGroup": 65534,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": "prometheus",
                "image": "prom/prometheus:v3.5.3",
                "args": ["--config.file=/etc/prometheus/prometheus.yaml", "--storage.tsdb.path=/data"],
                "readinessProbe": {"httpGet": {"path": "/-/ready", "port": 9090}, "periodSeconds": 1},
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                "volumeMounts": [
                    {"name": "config", "mountPath": "/etc/prometheus"},
                    {"name": "data", "mountPath": "/data"},
                ],
            }],
            "volumes": [
                {"name": "config", "configMap": {"name": "prometheus"}},
                {"name": "data", "emptyDir": {}},
            ],
        },
    });
    namespace.apply(&pod).unwrap();
}
