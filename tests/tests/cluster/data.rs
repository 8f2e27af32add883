//! A release over its life: upgraded, rolled back, removed, and installed again over what it left.

use crate::faults::{MANY, keeps_what_was_told};
use crate::world::{PATIENCE, Release, can_have, node_port, values_with};
use rig::helm::objects;
use rig::postgres::PSQL;
use rig::{Namespace, Visits, Writer, announce, top, until};
use serde_json::{Value, json};
use std::time::Duration;

/// What a later release would add: additive, so the mark stays.
const MIGRATION: &str = "ALTER TABLE places ADD COLUMN pets integer NOT NULL DEFAULT 0;
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9000, 'made up', true, '\\x00', 0)";
const COUNT: &str = "SELECT count(*) FROM places";
/// From one write to the next, while a release is upgraded.
const CALM: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn data_outlive_a_release() {
    let Some(helm) = can_have("the life of a release").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&of(1));
    let places = sql(&release, COUNT).await;
    assert_ne!(places, "0");
    let password = secret(&namespace).await;

    // The schema of the next release, under one of this: forth, back, and forth again.
    let base = node_port(&release).await;
    let visits = [
        "--url",
        &base,
        "--writes",
        "--rate",
        "20",
        "--duration",
        "1h",
    ];
    let mut visits = Visits::begin(&visits, &[]).unwrap();
    visits.until_begun().await.unwrap();
    let writer = Writer::begin_with(&base, CALM);
    sql(&release, MIGRATION).await;
    release.install(&of(2));
    release.helm(&["rollback", "site", "1", "--wait"]).unwrap();
    release.install(&of(3));
    let visited = visits.stop(LIMIT).await.unwrap();
    let (requests, failed) = visited.total().unwrap();
    announce(&format!(
        "an upgrade, a roll-back and another upgrade on a newer schema: {requests} requests, {failed} failed"
    ));
    assert_eq!(failed, 0, "{}", visited.report["failures"]);
    assert_eq!(keeps_what_was_told(writer, &release, MANY).await, 0);
    assert_eq!(sql(&release, COUNT).await, places);
    assert_eq!(secret(&namespace).await, password);

    release.helm(&["test", "site"]).unwrap();
    release.helm(&["uninstall", "site", "--wait"]).unwrap();
    assert_eq!(
        left(&namespace).await,
        [
            "persistentvolumeclaim/data-site-hbnb-db-0",
            "persistentvolumeclaim/site-hbnb-backup",
            "secret/site-hbnb-database"
        ]
    );
    release.install(&of(1));
    assert_eq!(sql(&release, COUNT).await, places);
    assert_eq!(secret(&namespace).await, password);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_makes_a_site_anew() {
    let Some(helm) = can_have("a backup of the chart").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let unseen = |mut values: Value| {
        for (service, replicas) in [("edge", 0), ("web", 0), ("assets", 0), ("api", 1)] {
            values[service]["replicas"] = json!(replicas);
        }
        values
    };
    release.install(&unseen(of(1)));
    let places = sql(&release, COUNT).await;
    // What one that was cut off has left takes nobody's room.
    let volume = "site-hbnb-backup";
    let mut cut_off = of_a_backup(&release, "cut-off", volume, "");
    let container = &mut cut_off["spec"]["containers"][0];
    container["args"] = json!(["touch /backup/hbnb-cut-off.sql.gz.part"]);
    container["volumeMounts"][0]["readOnly"] = json!(false);
    ends_well(&release, &cut_off).await;
    let job = [
        "create",
        "job",
        "by-hand",
        "--from=cronjob/site-hbnb-backup",
    ];
    namespace.kubectl(&job).await.unwrap();
    let done = [
        "wait",
        "--for=condition=complete",
        "job/by-hand",
        "--timeout=120s",
    ];
    namespace.kubectl(&done).await.unwrap();
    let log = namespace.kubectl(&["logs", "job/by-hand"]).await.unwrap();
    assert!(!log.contains(".part"), "{log}");
    let file = log
        .split_whitespace()
        .rfind(|word| word.ends_with(".sql.gz"));
    let file = file.unwrap_or_else(|| panic!("{log}"));
    let file = file.rsplit('/').next().unwrap();

    // An empty release that makes backups, into which somebody who has the volume puts it back.
    let other = Release::named(&helm, &namespace, "other");
    other.install(&unseen(values_with(&json!({"database": {"internal": {
        "backup": {"enabled": true, "size": "1Gi"},
    }}}))));
    assert_eq!(sql(&other, COUNT).await, "0");
    let restore = of_a_backup(&other, "restore", volume, file);
    ends_well(&other, &restore).await;
    assert_eq!(sql(&other, COUNT).await, places);
    announce(&format!(
        "a backup restored into an empty release: {places} places"
    ));
}

/// The pod that the README of the chart shows, with the names of this release and of the volume.
fn of_a_backup(release: &Release<'_>, name: &str, volume: &str, file: &str) -> Value {
    let example = top()
        .unwrap()
        .join("deploy/kubernetes/examples/restore.yaml");
    let example = std::fs::read_to_string(example).unwrap();
    let mut pod = objects(&example).unwrap().remove(0);
    pod["metadata"]["name"] = json!(name);
    pod["metadata"]["namespace"] = json!(release.namespace.name());
    pod["metadata"]["labels"]["app.kubernetes.io/instance"] = json!(release.name);
    let spec = &mut pod["spec"];
    spec["containers"][0]["env"] = json!([
        {"name": "FILE", "value": file}, {"name": "PGHOST", "value": release.object("db")},
    ]);
    spec["volumes"][0]["persistentVolumeClaim"]["claimName"] = json!(volume);
    spec["volumes"][1]["secret"]["secretName"] = json!(release.object("database"));
    pod
}

async fn ends_well(release: &Release<'_>, pod: &Value) {
    let namespace = release.namespace;
    namespace.apply(pod).unwrap();
    let name = pod["metadata"]["name"].as_str().unwrap();
    let phase = async || {
        let pod = namespace.get(&["pod", name]).await?;
        Ok::<_, anyhow::Error>(pod["status"]["phase"].clone())
    };
    let ended =
        async || Ok(["Succeeded", "Failed"].contains(&phase().await?.as_str().unwrap_or("")));
    until(&format!("the end of {name}"), PATIENCE, ended)
        .await
        .unwrap();
    let told = namespace.kubectl(&["logs", name]).await.unwrap();
    assert_eq!(phase().await.unwrap(), "Succeeded", "{told}");
}

/// With its data on volumes.
fn of(change: u32) -> Value {
    json!({
        "demo": {"enabled": true},
        "edge": {"service": {"type": "NodePort"}},
        "database": {"internal": {"persistence": {"size": "1Gi"}, "backup": {"enabled": true, "size": "1Gi"}}},
        "podAnnotations": {"example.org/change": change.to_string()},
    })
}

/// What SQL gives in the internal database.
pub(crate) async fn sql(release: &Release<'_>, text: &str) -> String {
    let pod = format!("{}-0", release.object("db"));
    let psql = [&["exec", pod.as_str(), "--"][..], &PSQL, &[text]].concat();
    let told = release.namespace.kubectl(&psql).await.unwrap();
    told.trim().to_owned()
}

async fn secret(namespace: &Namespace) -> Value {
    let told = namespace.get(&["secret", "site-hbnb-database"]).await;
    told.unwrap()["data"]["password"].clone()
}

/// What a removed release leaves, but for what every namespace has.
async fn left(namespace: &Namespace) -> Vec<String> {
    let kinds = "deployments,statefulsets,jobs,cronjobs,services,configmaps,secrets,serviceaccounts,\
                 persistentvolumeclaims,networkpolicies,poddisruptionbudgets,pods";
    let settled = async || {
        let told = namespace.get(&["pods"]).await?;
        let ours = |pod: &&Value| pod["metadata"]["labels"]["errand"].is_null();
        Ok(told["items"]
            .as_array()
            .is_some_and(|all| all.iter().find(ours).is_none()))
    };
    until("all pods gone", PATIENCE, settled).await.unwrap();
    let told = namespace.get(&[kinds]).await.unwrap();
    let mut names = Vec::new();
    for object in told["items"].as_array().unwrap() {
        let name = object["metadata"]["name"].as_str().unwrap();
        let own = ["default", "kube-root-ca.crt"].contains(&name)
            || !object["metadata"]["labels"]["errand"].is_null();
        let kind = object["kind"].as_str().unwrap().to_lowercase();
        names.extend((!own).then(|| format!("{kind}/{name}")));
    }
    names.sort();
    names
}
