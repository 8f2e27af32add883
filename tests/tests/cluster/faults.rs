//! Pods are killed, starved, deleted and driven from their node.

use crate::data::sql;
use crate::world::{PATIENCE, Release, SERVICES, can_have, node_port, values_with};
use rig::http::{get, send};
use rig::writer::write;
use rig::{Namespace, Visits, Writer, announce, kubectl, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long an answer may take, whatever is broken.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn pods_come_back_and_nothing_written_is_lost() {
    let Some(helm) = can_have("pods that are killed").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&json!({
        "faults": {"enabled": true},
        "edge": {"service": {"type": "NodePort"}},
        "database": {"internal": {"persistence": {"size": "1Gi"}}},
    }));
    let base = node_port(&release).await;
    let writer = Writer::begin(&base);

    for service in SERVICES {
        let pod = release.pods(service).await.swap_remove(0);
        kill(&namespace, &pod).await;
        is_well(&release, &base, service, &format!("{service} was killed")).await;
        is_another(&release, service, &pod).await;
    }

    let pod = name(&release.pods("api").await[0]);
    let admin = namespace.forward(&format!("pod/{pod}"), 9090).unwrap();
    let hunger = "/faults/memory?value=1GiB&for=1m";
    let _ = send(admin.base(), "PUT", hunger, &[], None, AT_ONCE).await;
    let killed = async || {
        let told = namespace.get(&["pod", &pod]).await?;
        let last = &told["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"];
        Ok(last == "OOMKilled")
    };
    until("the API out of memory", PATIENCE, killed)
        .await
        .unwrap();
    is_well(&release, &base, "api", "an API was out of memory").await;

    let pod = release.pods("db").await.swap_remove(0);
    kill(&namespace, &pod).await;
    is_well(&release, &base, "db", "the database was killed").await;
    is_another(&release, "db", &pod).await;
    keeps_what_was_told(writer, &release).await;
}

/// The budgets leave one pod of each service where it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_drained_but_for_the_last_pods() {
    let Some(helm) = can_have("a node that is drained").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::named(&helm, &namespace, "drained");
    release.install(&values_with(&json!({
        "demo": {"enabled": true},
        "edge": {"service": {"type": "NodePort"}},
    })));
    let base = node_port(&release).await;
    let node = release.pods("edge").await[0]["spec"]["nodeName"]
        .as_str()
        .unwrap()
        .to_owned();
    let writer = Writer::begin(&base);
    let visits = ["--url", &base, "--users", "2", "--duration", "5m"];
    let mut visits = Visits::begin(&visits, &[]).unwrap();
    visits.until_begun().await.unwrap();
    let selector = format!(
        "--pod-selector=app.kubernetes.io/instance=drained,app.kubernetes.io/component in ({})",
        SERVICES.join(",")
    );
    let drain = [
        "drain",
        &node,
        &selector,
        "--timeout=20s",
        "--ignore-daemonsets",
        "--delete-emptydir-data",
    ];
    let begun = Instant::now();
    // Whatever has come of it, the node is to be had again.
    let others = others(&node).await;
    let drained = kubectl(&drain).await;
    let took = begun.elapsed();
    for node in others.iter().chain([&node]) {
        kubectl(&["uncordon", node]).await.unwrap();
    }
    let told = drained.unwrap_err().to_string();
    for service in SERVICES {
        let pod = format!("\"drained-hbnb-{service}-");
        let is_kept = |line: &str| line.contains(&pod) && line.contains("disruption budget");
        assert!(told.lines().any(is_kept), "the last {service}: {told}");
    }
    let (requests, failed) = visits.stop(PATIENCE).await.unwrap().total().unwrap();
    announce(&format!(
        "a node was drained as far as can be in {took:.0?}; of {requests} visits {failed} failed"
    ));
    let refused = keeps_what_was_told(writer, &release).await;
    assert_eq!((refused, failed), (0, 0));
    let begun = Instant::now();
    for service in SERVICES {
        release.until_ready(service).await;
    }
    announce(&format!(
        "all are ready again after {:.1?}",
        begun.elapsed()
    ));
}

/// Keeps pods from all nodes but this one, where there are others; gives those that were open to them.
async fn others(node: &str) -> Vec<String> {
    let names = "jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable}{\"\\n\"}{end}";
    let nodes = kubectl(&["get", "nodes", "--output", names]).await.unwrap();
    let lines = nodes.lines().filter_map(|line| line.split_once(' '));
    let open = lines.filter(|(name, closed)| *name != node && *closed != "true");
    let open: Vec<String> = open.map(|(name, _)| name.to_owned()).collect();
    for node in &open {
        kubectl(&["cordon", node]).await.unwrap();
    }
    open
}

async fn kill(namespace: &Namespace, pod: &Value) {
    let name = name(pod);
    let kill = ["delete", "pod", &name, "--grace-period=0", "--force"];
    namespace.kubectl(&kill).await.unwrap();
}

/// As many pods as there should be are ready, and the killed one is none of them.
async fn is_another(release: &Release<'_>, component: &str, killed: &Value) {
    release.until_ready(component).await;
    let pods = release.pods(component).await;
    let is_it = |pod: &Value| pod["metadata"]["uid"] == killed["metadata"]["uid"];
    assert!(!pods.iter().any(is_it), "{pods:?}");
}

fn name(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().unwrap().to_owned()
}

/// Pages, reading and writing, and as many pods as before.
async fn is_well(release: &Release<'_>, base: &str, component: &str, what: &str) {
    let begun = Instant::now();
    let well = async || {
        let page = get(base, "/").await.is_ok_and(|page| page.status == 200);
        Ok(page && write(base, "Well").await == Some(201))
    };
    until(what, PATIENCE, well).await.unwrap();
    let answers = begun.elapsed();
    release.until_ready(component).await;
    announce(&format!(
        "{what}: answers after {answers:.1?}, whole after {:.1?}",
        begun.elapsed()
    ));
}

/// Each write that was answered is there; how many were not answered well.
pub(crate) async fn keeps_what_was_told(writer: Writer, release: &Release<'_>) -> usize {
    let written = writer.end().await.unwrap();
    let kept = sql(release, "SELECT name FROM states").await;
    let lost = written.lost(&kept);
    announce(&format!(
        "{} answered writes, {} lost; {} not answered well",
        written.told.len(),
        lost.len(),
        written.refused
    ));
    assert!(written.told.len() > 100 && lost.is_empty(), "{lost:?}");
    written.refused
}
