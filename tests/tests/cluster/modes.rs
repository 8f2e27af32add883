//! Other ways to install it: databases elsewhere or inside a pod, two sites side by side, scaling.

use crate::data::sql;
use crate::inside::Errand;
use crate::network::{asks, tries};
use crate::world::{PATIENCE, Release, SERVICES, by_helm_3, can_have, database, single_with};
use rig::helm::copy_of_the_chart;
use rig::http::{get, send};
use rig::{Namespace, announce, until};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

/// A second PostgreSQL: that of another release.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_outside_is_migrated_by_a_job() {
    let Some(helm) = can_have("a database outside of the release").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let outside = database(&helm, &namespace).await;
    let site = Release::new(&helm, &namespace);
    let host = outside.object("db");
    let of = |change: &str| {
        single_with(&json!({
            "demo": {"enabled": true},
            "podAnnotations": {"example.org/change": change},
            "database": {"mode": "external", "external": {
                "host": host, "existingSecret": outside.object("database"), "sslMode": "disable",
            }},
        }))
    };
    let took = site.install(&of("none"));
    announce(&format!("installation with a database outside: {took:.0?}"));
    let first = migrated(&site).await;
    // An upgrade has a Job of its own in the place of the one before.
    site.install(&of("one"));
    assert_ne!(migrated(&site).await, first);
    let database = format!("{host}:5432");
    for (from, may) in [("api", true), ("web", false), ("edge", false)] {
        let reaches = tries(&site, from, &database).await;
        assert_eq!(reaches, may, "{from} to the database outside");
    }
    let edge = namespace.forward("service/site-hbnb-edge", 80).unwrap();
    let stats = get(edge.base(), "/api/v1/stats")
        .await
        .unwrap()
        .json()
        .unwrap();
    let there = sql(&outside, "SELECT count(*) FROM places").await;
    assert_eq!(stats["places"].to_string(), there);
    assert_ne!(there, "0");
}

/// Waits until the Job has succeeded, and tells its name. The site serves once there are tables: the demo data of the same Job
/// may come later.
async fn migrated(site: &Release<'_>) -> String {
    let labels = site.labels("migrate");
    let mut name = String::new();
    until("the Job has succeeded", PATIENCE, async || {
        let jobs = site.namespace.get(&["jobs", "--selector", &labels]).await?;
        let [job] = &jobs["items"]
            .as_array()
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()[..]
        else {
            return Ok(false);
        };
        name = job["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Ok(job["status"]["succeeded"] == 1)
    })
    .await
    .unwrap();
    name
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pod_is_the_whole_site_and_keeps_its_data() {
    let Some(helm) = can_have("the embedded database").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&json!({
        "database": {"mode": "embedded", "embedded": {"persistence": {"size": "1Gi"}}},
        "demo": {"enabled": true},
    }));
    release.helm(&["test", "site"]).unwrap();
    let stranger = Namespace::new().await.unwrap();
    let inside = format!("site-hbnb-api.{}:8080", namespace.name());
    assert!(tries(&release, "edge", &inside).await, "the edge");
    assert!(!asks(&stranger, &inside).await, "a stranger");
    let hbnb = ["exec", "site-hbnb-api-0", "--", "hbnb"];
    let order = |args: &[&'static str]| [&hbnb[..], args].concat();
    let status = namespace.kubectl(&order(&["status", "--json"])).await;
    let status: Value = serde_json::from_str(&status.unwrap()).unwrap();
    assert_eq!(status["workers"].as_array().unwrap().len(), 2, "{status}");
    let said = namespace.kubectl(&order(&["reload", "--wait"])).await;
    assert!(said.unwrap().contains("generation 2 serves"));
    let edge = namespace.forward("service/site-hbnb-edge", 80).unwrap();
    let body = json!({"name": "Kept"}).to_string().into_bytes();
    let json = [("content-type", "application/json")];
    let made = send(
        edge.base(),
        "POST",
        "/api/v1/states",
        &json,
        Some(body),
        PATIENCE,
    )
    .await;
    let id = made.unwrap().json().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    namespace
        .kubectl(&["delete", "pod", "site-hbnb-api-0"])
        .await
        .unwrap();
    let path = format!("/api/v1/states/{id}");
    let back = async || {
        Ok(get(edge.base(), &path)
            .await
            .is_ok_and(|it| it.status == 200))
    };
    until("the state after a restart", PATIENCE, back)
        .await
        .unwrap();
}

/// Of the pod that has the data there is one only, and it is gone when its successor turns out to be none.
#[tokio::test(flavor = "multi_thread")]
async fn a_roll_back_helps_the_only_pod() {
    let Some(helm) = can_have("a bad upgrade of the embedded database").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let of = |size: &str, image: Value| {
        let embedded = json!({"persistence": {"size": size}});
        json!({
            "database": {"mode": "embedded", "embedded": embedded},
            "hbnb": {"image": image},
            "demo": {"enabled": true},
        })
    };
    release.install(&of("1Gi", json!({})));
    let nowhere = of("1Gi", json!({"repository": "hbnb/nowhere"}));
    release.try_install(&nowhere, "15s").unwrap_err();
    let back = ["rollback", "site", "1", "--wait", "--timeout", "2m"];
    release.helm(&back).unwrap();

    // As the README has it for a larger volume, but for the volume, which not every class of storage lets grow.
    let pod = async || {
        let pods = release.pods("api").await;
        pods[0]["metadata"]["uid"].clone()
    };
    let before = pod().await;
    let spared = ["delete", "statefulset", "site-hbnb-api", "--cascade=orphan"];
    namespace.kubectl(&spared).await.unwrap();
    release.install(&of("2Gi", json!({})));
    assert_eq!(pod().await, before);
    let edge = namespace.forward("service/site-hbnb-edge", 80).unwrap();
    let stats = get(edge.base(), "/api/v1/stats").await.unwrap();
    assert_ne!(stats.json().unwrap()["places"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sites_live_side_by_side() {
    let Some(helm) = can_have("two releases in a namespace").await else {
        return;
    };
    let Some(helm_3) = by_helm_3("a release by Helm 3") else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let one = Release::named(&helm, &namespace, "one");
    let two = Release::named(&helm_3, &namespace, "two");
    one.install(&single_with(&json!({"demo": {"enabled": true}})));
    two.install(&single_with(&json!({})));
    // An upgrade finds the password of before.
    two.install(&single_with(
        &json!({"podAnnotations": {"example.org/change": "one"}}),
    ));
    two.helm(&["test", "two"]).unwrap();
    let mut places = Vec::new();
    for release in [&one, &two] {
        let edge = format!("service/{}", release.object("edge"));
        let edge = namespace.forward(&edge, 80).unwrap();
        let stats = get(edge.base(), "/api/v1/stats")
            .await
            .unwrap()
            .json()
            .unwrap();
        places.push(stats["places"].as_u64().unwrap());
    }
    assert!(places[0] > 0 && places[1] == 0, "{places:?}");

    // A change of a file of the edge rolls the edge, and nobody else.
    let names = async |component: &str| -> Vec<Value> {
        let pods = one.pods(component).await;
        pods.iter()
            .map(|pod| pod["metadata"]["name"].clone())
            .collect()
    };
    let mut before = Vec::new();
    for service in SERVICES {
        before.push(names(service).await);
    }
    let changed = copy_of_the_chart().unwrap();
    let rules = changed.path().join("files/nginx/rules/server.conf");
    let mut rules = fs::OpenOptions::new().append(true).open(rules).unwrap();
    rules.write_all(b"# A change.\n").unwrap();
    let values = single_with(&json!({"demo": {"enabled": true}}));
    one.try_install_from(changed.path(), &values, "3m").unwrap();
    for (service, before) in SERVICES.iter().zip(before) {
        one.until_ready(service).await;
        let rolled = names(service).await != before;
        assert_eq!(rolled, *service == "edge", "{service}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_grows_under_load_and_shrinks_after() {
    let Some(helm) = can_have("scaling by the cluster").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&single_with(&json!({
        "demo": {"enabled": true},
        "web": {
            // In percent of what is asked for, here as the chart has it.
            "autoscaling": {"enabled": true, "min": 1, "max": 3, "cpu": 50},
            "resources": {"requests": {"cpu": "50m"}},
        },
    })));
    // What takes five minutes, lest it goes up and down: a test does not wait for that.
    let hasty = r#"{"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 5}}}}"#;
    let scaler = release.object("web");
    namespace
        .kubectl(&["patch", "hpa", &scaler, "--patch", hasty])
        .await
        .unwrap();
    let url = format!("http://{}", release.object("edge"));
    let load = [
        "load",
        "--url",
        &url,
        "--json",
        "--users",
        "4",
        "--duration",
        "60s",
    ];
    let visitors = Errand::hbnb(&release, &load);
    let begun = Instant::now();
    let replicas = async || {
        let told = namespace.get(&["deployment", &scaler]).await?;
        Ok::<u64, anyhow::Error>(told["status"]["readyReplicas"].as_u64().unwrap_or(0))
    };
    let most = async || Ok(replicas().await? == 3);
    until("three pods under load", PATIENCE, most)
        .await
        .unwrap();
    let grown = begun.elapsed();
    visitors.end(PATIENCE).await;
    let begun = Instant::now();
    let least = async || Ok(replicas().await? == 1);
    until("one pod after it", Duration::from_secs(300), least)
        .await
        .unwrap();
    announce(&format!(
        "pages: one pod, three after {grown:.0?} of load, one again {:.0?} after its end",
        begun.elapsed()
    ));
}
