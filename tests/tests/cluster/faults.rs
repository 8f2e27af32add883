//! Pods are killed, starved, deleted and driven from their node.

use crate::data::sql;
use crate::world::{PATIENCE, Release, SERVICES, can_have, node_port, values_with};
use rig::http::{get, send};
use rig::writer::write;
use rig::{Namespace, Visits, Writer, announce, kubectl, until};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// So many writes were answered at least.
pub(crate) const MANY: usize = 100;
/// How long an answer may take, whatever is broken.
const AT_ONCE: Duration = Duration::from_secs(5);
/// While a node is closed, a pod that was killed elsewhere does not come back: these stories take turns.
static TURNS: Mutex<()> = Mutex::const_new(());

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

    let turn = TURNS.lock().await;
    for service in SERVICES {
        let begun = kill(&release, service).await;
        is_well(
            &release,
            &base,
            service,
            &format!("{service} was killed"),
            begun,
        )
        .await;
    }

    let pod = name(&release.pods("api").await[0]);
    let admin = namespace.forward(&format!("pod/{pod}"), 9090).unwrap();
    let hunger = "/faults/memory?value=1GiB&for=1m";
    let begun = Instant::now();
    let _ = send(admin.base(), "PUT", hunger, &[], None, AT_ONCE).await;
    let killed = async || {
        let told = namespace.get(&["pod", &pod]).await?;
        let last = &told["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"];
        Ok(last == "OOMKilled")
    };
    until("the API out of memory", PATIENCE, killed)
        .await
        .unwrap();
    is_well(&release, &base, "api", "an API was out of memory", begun).await;

    let begun = kill(&release, "db").await;
    is_well(&release, &base, "db", "the database was killed", begun).await;
    drop(turn);
    keeps_what_was_told(writer, &release, MANY).await;
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
    let visits = ["--url", &base, "--rate", "40", "--duration", "5m"];
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
    let turn = TURNS.lock().await;
    let begun = Instant::now();
    let closed = Closed::but_for(&node).await;
    let drained = kubectl(&drain).await;
    let took = begun.elapsed();
    drop(closed);
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
    let refused = keeps_what_was_told(writer, &release, MANY).await;
    assert_eq!((refused, failed), (0, 0));
    let begun = Instant::now();
    for service in SERVICES {
        release.until_ready(service).await;
    }
    drop(turn);
    announce(&format!(
        "all are ready again after {:.1?}",
        begun.elapsed()
    ));
}

/// Nodes that take no pods; whatever comes of it, they do again when this is dropped.
struct Closed(Vec<String>);

impl Drop for Closed {
    fn drop(&mut self) {
        for node in &self.0 {
            let _ = Command::new("kubectl").args(["uncordon", node]).output();
        }
    }
}

impl Closed {
    /// All nodes that were open, but for one, which somebody else is about to close.
    async fn but_for(node: &str) -> Closed {
        let mut closed = Closed(vec![node.to_owned()]);
        for other in open(node).await {
            closed.0.push(other.clone());
            kubectl(&["cordon", &other]).await.unwrap();
        }
        closed
    }
}

/// The other nodes that take pods.
async fn open(node: &str) -> Vec<String> {
    let names = "jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable}{\"\\n\"}{end}";
    let nodes = kubectl(&["get", "nodes", "--output", names]).await.unwrap();
    let lines = nodes.lines().filter_map(|line| line.split_once(' '));
    let open = lines.filter(|(name, closed)| *name != node && *closed != "true");
    open.map(|(name, _)| name.to_owned()).collect()
}

/// Ends a pod at once, and waits until another is there in its place; tells when it began.
async fn kill(release: &Release<'_>, component: &str) -> Instant {
    let before = release.pods(component).await;
    let begun = Instant::now();
    let pod = name(&before[0]);
    let kill = ["delete", "pod", &pod, "--grace-period=0", "--force"];
    release.namespace.kubectl(&kill).await.unwrap();
    let is_new = |pod: &Value| {
        let uid = |pod: &Value| pod["metadata"]["uid"].clone();
        !before.iter().any(|old| uid(old) == uid(pod))
    };
    // Alone in its place: before it runs, what answers is the process that is being killed.
    let runs = |pod: &Value| pod["status"]["containerStatuses"][0]["state"]["running"].is_object();
    let replaced = async || {
        let pods = release.pods(component).await;
        let mut new = pods.iter().filter(|pod| is_new(pod));
        Ok(new.any(|pod| before.len() > 1 || runs(pod)))
    };
    until("another pod", PATIENCE, replaced).await.unwrap();
    begun
}

fn name(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().unwrap().to_owned()
}

/// Pages, reading and writing, and as many pods as before; tells how long that took since the beginning of the trouble.
pub(crate) async fn is_well(
    release: &Release<'_>,
    base: &str,
    component: &str,
    what: &str,
    begun: Instant,
) {
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

/// Each write that was answered is there, and so many were at least; how many were not answered well.
pub(crate) async fn keeps_what_was_told(
    writer: Writer,
    release: &Release<'_>,
    least: usize,
) -> usize {
    let written = writer.end().await.unwrap();
    let kept = sql(release, "SELECT name FROM states").await;
    let lost = written.lost(&kept);
    announce(&format!(
        "{} answered writes, {} lost; {} not answered well",
        written.told.len(),
        lost.len(),
        written.refused
    ));
    assert_eq!(lost, Vec::<&String>::new());
    assert!(written.told.len() >= least, "{}", written.told.len());
    written.refused
}
