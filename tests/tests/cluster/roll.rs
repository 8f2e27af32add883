//! A new version comes while people use the site.

use crate::inside::Errand;
use crate::world::{IMAGES, PATIENCE, Release, SERVICES, can_have, load, values_with};
use rig::http::send;
use rig::{Namespace, announce, docker, version};
use serde_json::{Value, json};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(600);
/// How long people use the site while it is rolled, twice.
const LONG: &str = "270s";
const ENOUGH: u64 = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_it_rolls() {
    let Some(helm) = can_have("a roll of the chart under load") else {
        return;
    };
    tag("next").await;
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&of_version(&version().unwrap()));

    let (requests, failed, why) = visit(&release, "20s", false).report(LIMIT).await;
    announce(&format!("no roll: {requests} requests, {failed} failed"));
    assert_eq!(failed, 0, "without a roll: {why}");

    let visitors = [visit(&release, LONG, false), visit(&release, LONG, true)];
    for image in ["next", &version().unwrap()] {
        release.install(&of_version(image));
        for service in SERVICES {
            release.until_ready(service).await;
        }
    }
    let mut total = 0;
    for (who, errand) in ["kept-alive", "fresh"].into_iter().zip(&visitors) {
        let (requests, failed, why) = errand.report(LIMIT).await;
        announce(&format!(
            "two rolls of eight pods, {who} connections: {requests} requests, {failed} failed"
        ));
        assert_eq!(failed, 0, "{who}: {why}");
        total += requests;
    }
    assert!(total >= ENOUGH, "{total} requests are too few to tell");
    assert!(release.restarts().await.is_empty());
}

/// The test above can fail: without a drain, requests that are under way are lost.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_drain_requests_are_lost() {
    let Some(helm) = can_have("a roll without a drain") else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let hasty = |change: &str| {
        values_with(&json!({
            "shutdown": {"preStopSeconds": 0, "drainDelaySeconds": 0, "drainSeconds": 0, "graceSeconds": 2},
            "faults": {"enabled": true},
            "web": {"replicas": 1}, "assets": {"replicas": 1}, "edge": {"replicas": 1},
            "api": {
                "podAnnotations": {"example.org/change": change},
                "extraEnv": [{"name": "HBNB_DRAIN_LINGER", "value": "0s"}],
            },
        }))
    };
    release.install(&hasty("none"));
    for pod in release.pods("api").await {
        let pod = format!("pod/{}", pod["metadata"]["name"].as_str().unwrap());
        let admin = namespace.forward(&pod, 9090).unwrap();
        let slow = "/faults/latency?value=500ms&for=10m";
        let told = send(admin.base(), "PUT", slow, &[], None, PATIENCE).await;
        assert_eq!(told.unwrap().status, 200);
    }
    let asked = curl(&release);
    release.install(&hasty("one"));
    let (_, told) = asked.end(LIMIT).await;
    let lost = told.lines().filter(|status| *status != "200").count();
    let all = told.lines().count();
    announce(&format!(
        "a roll without preStop and drain, straight at the API: {lost} of {all} requests lost"
    ));
    assert!(lost > 0, "{all} requests, and none was lost");
}

/// Images of ours with another tag, and so another roll.
async fn tag(tag: &str) {
    for image in IMAGES {
        let [from, to] = [&version().unwrap(), tag].map(|tag| format!("{image}:{tag}"));
        docker(&["tag", &from, &to]).await.unwrap();
    }
    load(&IMAGES.map(|image| format!("{image}:{tag}")));
}

/// With demo data. nginx has an image of its own, and rolls for an annotation.
fn of_version(tag: &str) -> Value {
    values_with(&json!({
        "demo": {"enabled": true},
        "image": {"tag": tag},
        "edge": {"podAnnotations": {"example.org/version": tag}},
    }))
}

/// People who use the site through its edge for a while, writing too.
fn visit<'a>(release: &Release<'a>, duration: &str, fresh: bool) -> Errand<'a> {
    let url = format!("http://{}", release.object("edge"));
    let mut args = vec![
        "load",
        "--url",
        &url,
        "--json",
        "--writes",
        "--duration",
        duration,
    ];
    args.extend(match fresh {
        true => ["--users", "3"].as_slice(),
        false => ["--users", "8"].as_slice(),
    });
    args.extend(fresh.then_some("--fresh"));
    Errand::hbnb(release, &args)
}

/// Sixteen who ask the API's Service one thing after another, and write the status of each answer. On a connection that was
/// kept, curl would ask once more by itself.
fn curl<'a>(release: &Release<'a>) -> Errand<'a> {
    let url = format!("http://{}:8080/api/v1/status?[1-60]", release.object("api"));
    let one = format!(
        "curl --silent --max-time 10 --header 'Connection: close' --output /dev/null --write-out '%{{http_code}}\\n' '{url}'"
    );
    let all = format!("for client in $(seq 16); do {one} & done; wait");
    let labels = json!({
        "app.kubernetes.io/name": "hbnb",
        "app.kubernetes.io/instance": release.name,
        // As the edge may, which the API takes requests from.
        "app.kubernetes.io/component": "edge",
        "errand": "true",
    });
    let image = "nginxinc/nginx-unprivileged:1.30";
    let container = json!({"image": image, "command": ["sh", "-c", all]});
    Errand::run(release.namespace, &labels, container)
}
