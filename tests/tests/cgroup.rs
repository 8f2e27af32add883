//! The memory that a control group leaves, as the metrics tell it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::process::Stdio;
use std::time::Duration;

use rig::{Binary, Cgroup, Metrics, Server, run, skipped, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const MIB: u64 = 1 << 20;
const LIMIT: u64 = 192 * MIB;
/// Takes more memory than there is.
const GLUTTON: &str = "head -c 1000000000 /dev/zero | tail | wc -c";

fn bytes(metrics: &Metrics, name: &str) -> f64 {
    metrics.figure(&format!("cgroup_memory_{name}")).unwrap()
}

#[tokio::test]
async fn limit_usage_and_kills() {
    let group = match Cgroup::limited_to(LIMIT) {
        Ok(group) => group,
        Err(why) => return skipped("the metrics of a control group", &why),
    };
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let (args, envs) = (["serve", "--no-demo"], [("HBNB_FAULTS", "true")]);
    let server = group.start(&hbnb, &args, &envs, folder.path()).await;
    let server = server.unwrap();

    let before = server.scrape().await.unwrap();
    assert_eq!(bytes(&before, "limit_bytes"), LIMIT as f64);
    assert_eq!(bytes(&before, "oom_kills_total"), 0.0);
    let (used, needed) = (
        bytes(&before, "usage_bytes"),
        bytes(&before, "working_set_bytes"),
    );
    assert!(used >= needed && used < LIMIT as f64, "{used} {needed}");
    assert!(needed > MIB as f64, "{needed}");

    let ballast = rig::http::send(
        server.admin(),
        "PUT",
        "/faults/memory?value=64MiB",
        &[],
        None,
        PATIENCE,
    );
    assert_eq!(ballast.await.unwrap().status, 200);
    let taken = bytes(&server.scrape().await.unwrap(), "working_set_bytes") - needed;
    assert!(taken > (60 * MIB) as f64, "{taken}");

    let shell = Binary::at("/bin/sh");
    let mut glutton = group
        .command(&shell, &["-c", GLUTTON], folder.path())
        .unwrap();
    let _ = glutton
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    until("a kill is counted", PATIENCE, async || {
        Ok(bytes(&server.scrape().await?, "oom_kills_total") >= 1.0)
    })
    .await
    .unwrap();
}

/// The tests themselves may run in a group that has one; they do not where they may make groups at the top.
#[tokio::test]
async fn without_a_limit_there_are_none() {
    if let Err(why) = Cgroup::limited_to(LIMIT) {
        return skipped("a server without a limit of memory", &why);
    }
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let server = Server::start(&hbnb, &["serve", "--no-demo"], &[], folder.path()).await;
    let metrics = server.unwrap().scrape().await.unwrap();
    assert!(
        !metrics.text().contains("cgroup_memory"),
        "{}",
        metrics.text()
    );
    let check = run(&hbnb, &["check"], &[], folder.path()).await.unwrap();
    assert_eq!(check.status.code(), Some(1));
}
