//! Trouble around the database: the network to it is cut, and its disk is full.

use crate::data::sql;
use crate::faults::{is_well, keeps_what_was_told};
use crate::world::{PATIENCE, Release, can_have, node_port, single_with};
use rig::http::get;
use rig::writer::write;
use rig::{Namespace, Writer, announce, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LASTS: Duration = Duration::from_secs(8);
/// On the volume of the database.
const FILLER: &str = "/var/lib/postgresql/filler";

#[tokio::test(flavor = "multi_thread")]
async fn it_heals_from_trouble_around_the_database() {
    let Some(helm) = can_have("a network that is cut, and a full disk").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let small = json!({"emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}});
    release.install(&single_with(&json!({
        "edge": {"service": {"type": "NodePort"}},
        "database": {"internal": {"persistence": small}},
    })));
    let base = node_port(&release).await;
    let writer = Writer::begin(&base);
    the_network_is_cut(&release, &base).await;
    assert_eq!(release.restarts().await, Vec::<String>::new());
    the_disk_is_full(&release, &base).await;
    keeps_what_was_told(writer, &release, 20).await;
}

/// Nobody may reach the database any more, and who has reached it is sent away.
async fn the_network_is_cut(release: &Release<'_>, base: &str) {
    let name = release.object("db");
    let policy = release.namespace.get(&["networkpolicy", &name]).await;
    let patch = async |ingress: Value| {
        let patch = json!({"spec": {"ingress": ingress}}).to_string();
        let args = [
            "patch",
            "networkpolicy",
            &name,
            "--type=merge",
            "--patch",
            &patch,
        ];
        release.namespace.kubectl(&args).await.unwrap();
    };
    patch(json!([])).await;
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    sql(release, others).await;
    is_refused(base, "without the network to the database").await;
    let style = get(base, "/static/styles/4-common.css").await.unwrap();
    assert_eq!(style.status, 200, "what needs no database");
    let begun = Instant::now();
    patch(policy.unwrap()["spec"]["ingress"].clone()).await;
    is_well(release, base, "api", "the network was cut", begun).await;
}

async fn the_disk_is_full(release: &Release<'_>, base: &str) {
    let database = format!("{}-0", release.object("db"));
    let run = async |script: &str| {
        let args = ["exec", &database, "--", "sh", "-c", script];
        release.namespace.kubectl(&args).await
    };
    // To the last byte, which it complains of.
    run(&format!("cat /dev/zero >{FILLER} || true"))
        .await
        .unwrap();
    is_refused(base, "onto a full disk").await;
    let begun = Instant::now();
    // A database that was ended by it may be on its way.
    let empty = format!("rm {FILLER}");
    let emptied = async || Ok(run(&empty).await.is_ok());
    until("room on the disk", PATIENCE, emptied).await.unwrap();
    is_well(release, base, "db", "the disk was full", begun).await;
}

/// Waits for a write that is refused; each has an answer.
async fn is_refused(base: &str, when: &str) {
    let long = "x".repeat(120);
    let mut last = None;
    let refused = async || {
        last = write(base, &long).await;
        Ok(last != Some(201))
    };
    until(when, PATIENCE, refused).await.unwrap();
    announce(&format!("a write {when}: {last:?}"));
    assert!(matches!(last, Some(500..=599)), "{when}: {last:?}");
    // Long enough for probes to see it.
    let begun = Instant::now();
    let lasts = async || Ok(begun.elapsed() > LASTS);
    until("the trouble lasts", PATIENCE, lasts).await.unwrap();
}
