//! A new version comes while people use the site.

use crate::inside::Errand;
use crate::world::{
    IMAGES, NGINX, PATIENCE, Release, SERVICES, can_have, can_have_alone, load, values_with,
};
use rig::http::send;
use rig::{Namespace, announce, docker, until, version};
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(600);
/// How long people use the site while nothing is rolled, in seconds.
const SHORT: u64 = 10;
/// How long they do while it is rolled once, unless that takes longer.
const LONG: RangeInclusive<u64> = 60..=240;
/// So many requests, in as many rolls as it takes.
const ENOUGH: u64 = 100_000;
const MOST_ROLLS: usize = 12;
/// Once this file is there, nobody asks any more.
const ENOUGH_ASKED: &str = "/tmp/enough";
/// Writes a status a line. On a connection that was kept, it would ask once more by itself.
const CURL: &str =
    "curl --silent --header 'Connection: close' --output /dev/null --write-out '%{http_code}\\n'";

/// The test below can fail: without a drain, requests that are under way are lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_roll_without_a_drain_loses_requests() {
    let Some(helm) = can_have("a roll without a drain").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let hasty = |change: &str| {
        values_with(&json!({
            "shutdown": {"preStopSeconds": 0, "drainDelaySeconds": 0, "drainSeconds": 0, "graceSeconds": 6},
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
    let (_, told) = sixteen(&release, 5).end(LIMIT).await;
    assert_eq!(told, "200\n".repeat(16 * 5), "without a roll");
    let asked = sixteen(&release, 600);
    release.install(&hasty("one"));
    asked.kubectl("exec", &["--", "touch", ENOUGH_ASKED]).await;
    let (_, told) = asked.end(LIMIT).await;
    let lost = told.lines().filter(|status| *status != "200").count();
    let all = told.lines().count();
    announce(&format!(
        "a roll without preStop and drain, straight at the API: {lost} of {all} requests lost"
    ));
    assert!(lost > 0, "{all} requests, and none was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_it_rolls() {
    let Some(helm) = can_have_alone("a roll of the chart under load").await else {
        return;
    };
    tag("next").await;
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&of_version(&version().unwrap()));

    let all = People::begin(&release, SHORT).requests("no roll").await;
    assert!(all > 0);
    let mut long = lasts(ENOUGH / 2, (all, SHORT));

    let (mut total, mut rolls) = (0, 0);
    let (here, next) = (version().unwrap(), "next".to_owned());
    let mut images = [&next, &here].into_iter().cycle().take(MOST_ROLLS);
    while total < ENOUGH || rolls < 2 {
        let begun = Instant::now();
        let people = People::begin(&release, long);
        let image = images.next();
        release.install(&of_version(
            image.expect("enough requests in all the rolls"),
        ));
        for service in SERVICES {
            release.until_ready(service).await;
            until_gone(&release, service).await;
        }
        let took = begun.elapsed().as_secs();
        let requests = people.requests("a roll of eight pods").await;
        // One that went on after the visits does not count: nobody would have seen a loss.
        if took < long {
            total += requests;
            rolls += 1;
        }
        // Long enough for those that are left, and for a roll that takes a third longer than this one.
        let left = ENOUGH.saturating_sub(total);
        long = lasts(left, (requests, long)).max(took + took / 3);
    }
    announce(&format!(
        "{rolls} rolls of eight pods: {total} requests, 0 failed"
    ));
    assert!(release.restarts().await.is_empty());
}

/// How many seconds a roll should take for so many requests and a tenth more, at the pace of so many in so many seconds.
fn lasts(requests: u64, (had, seconds): (u64, u64)) -> u64 {
    let long = (requests * seconds * 11 / 10).div_ceil(had);
    long.clamp(*LONG.start(), *LONG.end())
}

/// Waits until no pod of before is left: each has drained while somebody could see a loss.
async fn until_gone(release: &Release<'_>, service: &str) {
    let gone = async || {
        let labels = release.labels(service);
        let told = release
            .namespace
            .get(&["pods", "--selector", &labels])
            .await?;
        let mut pods = told["items"].as_array().into_iter().flatten();
        Ok(pods.all(|pod| pod["metadata"]["deletionTimestamp"].is_null()))
    };
    let what = format!("the last {service} of before is gone");
    until(&what, PATIENCE, gone).await.unwrap();
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

/// All who use the site through its edge for some seconds.
struct People<'a> {
    visitors: [(&'static str, Errand<'a>); 2],
    crowd: Errand<'a>,
}

impl<'a> People<'a> {
    fn begin(release: &Release<'a>, seconds: u64) -> Self {
        Self {
            visitors: [
                ("kept", visit(release, seconds, &["--users", "2"])),
                (
                    "fresh",
                    visit(release, seconds, &["--users", "1", "--fresh"]),
                ),
            ],
            crowd: crowd(release, seconds),
        }
    }

    /// How many requests there were, of which none may have failed.
    async fn requests(&self, when: &str) -> u64 {
        let mut total = 0;
        for (who, errand) in &self.visitors {
            let report = errand.report(LIMIT).await;
            let [requests, failed] =
                ["requests", "failed"].map(|of| report["total"][of].as_u64().unwrap());
            let sent = sent(&report);
            announce(&format!(
                "{when}, {who} connections: {requests} requests, {sent} of them reviews, {failed} failed"
            ));
            assert_eq!(failed, 0, "{when}, {who}: {}", report["failures"]);
            assert!(sent > 0, "{when}, {who}: {report}");
            total += requests;
        }
        let (_, told) = self.crowd.end(LIMIT).await;
        let [requests, "200"] = told.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{when}, the crowd: {told}");
        };
        announce(&format!("{when}, a crowd: {requests} requests, 0 failed"));
        total + requests.parse::<u64>().unwrap()
    }
}

/// How many reviews were sent.
fn sent(report: &Value) -> u64 {
    let journeys = report["journeys"].as_array().into_iter().flatten();
    let steps = journeys.flat_map(|journey| journey["steps"].as_array().into_iter().flatten());
    let sent = steps.filter(|step| step["step"] == "send");
    sent.map(|step| step["requests"].as_u64().unwrap()).sum()
}

/// People who read pages and write reviews.
fn visit<'a>(release: &Release<'a>, seconds: u64, users: &[&str]) -> Errand<'a> {
    let url = format!("http://{}", release.object("edge"));
    let duration = format!("{seconds}s");
    let args = [
        "load",
        "--json",
        "--writes",
        "--url",
        &url,
        "--duration",
        &duration,
    ];
    Errand::hbnb(release, &[&args, users].concat())
}

/// Many more who ask the edge for small things, each on a connection of its own: how often they got which status.
fn crowd<'a>(release: &Release<'a>, seconds: u64) -> Errand<'a> {
    let url = format!("http://{}", release.object("edge"));
    let asked = format!("{url}/{{static/styles/4-common.css,api/v1/status}}?[1-50]");
    let one = format!("{CURL} --max-time 10 '{asked}'");
    let all = format!(
        "end=$(($(date +%s) + {seconds}))
         for client in $(seq 8); do while [ $(date +%s) -lt $end ]; do {one}; done & done; wait"
    );
    let count = format!("({all}) | sort | uniq --count");
    let container = json!({"image": NGINX, "command": ["sh", "-c", count]});
    Errand::run(release.namespace, &Errand::labels(release), container)
}

/// Sixteen who ask the API's Service so many times or until it is enough, and write the status of each answer.
fn sixteen<'a>(release: &Release<'a>, times: u32) -> Errand<'a> {
    let url = format!("http://{}:8080/api/v1/status", release.object("api"));
    let one = format!("{CURL} --max-time 10 '{url}'");
    let each = format!("for time in $(seq {times}); do [ -e {ENOUGH_ASKED} ] || {one}; done");
    let all = format!("for client in $(seq 16); do ({each}) & done; wait");
    // As the edge may, which the API takes requests from.
    let mut labels = Errand::labels(release);
    labels["app.kubernetes.io/component"] = json!("edge");
    let container = json!({"image": NGINX, "command": ["sh", "-c", all]});
    Errand::run(release.namespace, &labels, container)
}
