//! A release over its life: upgraded, rolled back, removed, and installed again over what it left.

use crate::inside::Errand;
use crate::world::{PATIENCE, Release, can_have};
use rig::postgres::PSQL;
use rig::{Namespace, announce, until};
use serde_json::{Value, json};
use std::time::Duration;

/// What a later release would add: additive, so the mark stays.
const MIGRATION: &str = "ALTER TABLE places ADD COLUMN pets integer NOT NULL DEFAULT 0;
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9000, 'made up', true, '\\x00', 0)";
const COUNT: &str = "SELECT count(*) FROM places";
const LIMIT: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn data_outlive_a_release() {
    let Some(helm) = can_have("the life of a release") else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&of(1, false));
    let places = sql(&release, COUNT).await;
    assert_ne!(places, "0");
    let password = secret(&namespace).await;

    // The schema of the next release, under one of this: forth, back, and forth again.
    let url = format!("http://{}", release.object("edge"));
    let load = [
        "load",
        "--url",
        &url,
        "--json",
        "--rate",
        "100",
        "--duration",
        "90s",
    ];
    let visitors = Errand::hbnb(&release, &load);
    sql(&release, MIGRATION).await;
    release.install(&of(2, false));
    release.helm(&["rollback", "site", "1", "--wait"]).unwrap();
    release.install(&of(3, false));
    let (requests, failed, why) = visitors.report(LIMIT).await;
    announce(&format!(
        "an upgrade, a roll-back and another upgrade on a newer schema: {requests} requests, {failed} failed"
    ));
    assert_eq!(failed, 0, "{why}");
    assert_eq!(sql(&release, COUNT).await, places);
    assert_eq!(secret(&namespace).await, password);

    release.helm(&["uninstall", "site", "--wait"]).unwrap();
    assert_eq!(
        left(&namespace).await,
        [
            "persistentvolumeclaim/data-site-hbnb-db-0",
            "secret/site-hbnb-database"
        ]
    );
    release.install(&of(1, false));
    assert_eq!(sql(&release, COUNT).await, places);
    assert_eq!(secret(&namespace).await, password);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_makes_a_site_anew() {
    let Some(helm) = can_have("a backup of the chart") else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&of(1, true));
    let places = sql(&release, COUNT).await;
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
    assert!(log.contains(".sql.gz"), "{log}");

    // An empty release that makes backups, into which somebody who has the volume puts it back.
    let other = Release::named(&helm, &namespace, "other");
    other.install(&json!({"database": {"internal": {
        "persistence": {"emptyDir": {"medium": "Memory", "sizeLimit": "256Mi"}},
        "backup": {"enabled": true, "size": "1Gi"},
    }}}));
    assert_eq!(sql(&other, COUNT).await, "0");
    restore(&other, "site-hbnb-backup").await;
    assert_eq!(sql(&other, COUNT).await, places);
    announce(&format!(
        "a backup restored into an empty release: {places} places"
    ));
}

/// As the README of the chart says: a pod with the volume and the password, which the policies take for a backup.
async fn restore(release: &Release<'_>, volume: &str) {
    let script = format!(
        "export PGPASSWORD=$(cat /password/password); gunzip -c $(ls -1t /backup/*.sql.gz | head -n 1) |
         psql --host={} --username=hbnb --quiet --single-transaction --set=ON_ERROR_STOP=1 hbnb",
        release.object("db")
    );
    let pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "restore", "labels": {
            "app.kubernetes.io/name": "hbnb",
            "app.kubernetes.io/instance": release.name,
            "app.kubernetes.io/component": "backup",
        }},
        "spec": {
            "restartPolicy": "Never",
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 999, "fsGroup": 999,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": "restore",
                "image": "postgres:18",
                "command": ["bash", "-euo", "pipefail", "-c", script],
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                "volumeMounts": [
                    {"name": "backup", "mountPath": "/backup"},
                    {"name": "password", "mountPath": "/password"},
                ],
            }],
            "volumes": [
                {"name": "backup", "persistentVolumeClaim": {"claimName": volume}},
                {"name": "password", "secret": {"secretName": release.object("database")}},
            ],
        },
    });
    release.namespace.apply(&pod).unwrap();
    let ended = async || {
        let pod = release.namespace.get(&["pod", "restore"]).await?;
        Ok(["Succeeded", "Failed"]
            .iter()
            .any(|end| pod["status"]["phase"] == *end))
    };
    until("the end of the restoring", PATIENCE, ended)
        .await
        .unwrap();
    let told = release
        .namespace
        .kubectl(&["logs", "restore"])
        .await
        .unwrap();
    let pod = release.namespace.get(&["pod", "restore"]).await.unwrap();
    assert_eq!(pod["status"]["phase"], "Succeeded", "{told}");
}

fn of(change: u32, backup: bool) -> Value {
    json!({
        "demo": {"enabled": true},
        "database": {"internal": {"persistence": {"size": "1Gi"}, "backup": {"enabled": backup, "size": "1Gi"}}},
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
        let told = namespace
            .get(&["pods", "--selector", "app.kubernetes.io/component!=test"])
            .await?;
        Ok(told["items"].as_array().is_some_and(Vec::is_empty))
    };
    until("all pods gone", PATIENCE, settled).await.unwrap();
    let told = namespace.get(&[kinds]).await.unwrap();
    let mut names = Vec::new();
    for object in told["items"].as_array().unwrap() {
        let name = object["metadata"]["name"].as_str().unwrap();
        let own = ["default", "kube-root-ca.crt"].contains(&name)
            || object["metadata"]["labels"]["app.kubernetes.io/component"] == "test";
        let kind = object["kind"].as_str().unwrap().to_lowercase();
        names.extend((!own).then(|| format!("{kind}/{name}")));
    }
    names.sort();
    names
}
