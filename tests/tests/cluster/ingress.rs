//! Ways in that the cluster has: straight to the three services, without the edge.

use crate::world::{Release, can_have, plays, single_with};
use rig::environment::variable;
use rig::http::{get, send};
use rig::{Namespace, announce, skipped, until};
use serde_json::{Value, json};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
const REQUESTS: u32 = 5_000;

/// What the cluster has, by variables: the address of its way in, the class of an Ingress, a Gateway, and their namespace.
struct Ways {
    url: String,
    class: String,
    gateway: String,
    namespace: String,
}

impl Ways {
    fn find(what: &str) -> Option<Self> {
        let value = |name: &str| {
            let name = format!("HBNB_CLUSTER_INGRESS_{name}");
            let value = variable(&name);
            if value.is_none() {
                skipped(what, &format!("{name} is not set"));
            }
            value
        };
        Some(Self {
            url: value("URL")?,
            class: value("CLASS")?,
            gateway: value("GATEWAY")?,
            namespace: value("NAMESPACE")?,
        })
    }

    /// Values of a release without an edge, to which these ways may lead.
    fn values(&self, more: &Value) -> Value {
        let from = json!({"kubernetes.io/metadata.name": self.namespace});
        let mut values = single_with(more);
        values["edge"] = json!({"enabled": false});
        values["networkPolicy"] =
            json!({"ingressFrom": [{"namespaceSelector": {"matchLabels": from}}]});
        values
    }
}

/// One after another, since they all lead to the same address.
#[tokio::test(flavor = "multi_thread")]
async fn ways_lead_to_the_services() {
    let what = "Ingress and HTTPRoute of the chart";
    let Some(helm) = can_have(what).await else {
        return;
    };
    let Some(ways) = Ways::find(what) else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    release.install(&ways.values(&json!({
        "ingress": {"enabled": true, "className": ways.class},
    })));
    release.helm(&["test", "site"]).unwrap();
    until_it_leads(&ways.url, 200).await;
    plays(&ways.url, "through the Ingress").await;

    let gateway = json!([{"name": ways.gateway, "namespace": ways.namespace}]);
    release.install(&ways.values(&json!({})));
    until_it_leads(&ways.url, 404).await;
    release.install(&ways.values(&json!({
        "httpRoute": {"enabled": true, "parentRefs": gateway},
    })));
    until_it_leads(&ways.url, 200).await;
    plays(&ways.url, "through the HTTPRoute").await;

    a_tenth_goes_to_the_next(&release, &ways, &gateway).await;
}

/// Two releases share what comes, by weight.
async fn a_tenth_goes_to_the_next(release: &Release<'_>, ways: &Ways, gateway: &Value) {
    let next = Release::named(release.helm, release.namespace, "next");
    next.install(&ways.values(&json!({})));
    release.install(&ways.values(&json!({
        "httpRoute": {
            "enabled": true, "parentRefs": gateway,
            "canary": {"release": "next-hbnb", "weight": 10},
        },
    })));
    let path = a_state_of(&next).await;
    let status = async || anyhow::Ok(get(&ways.url, &path).await?.status);
    let is_there = async || Ok(status().await? == 200);
    until("the canary", LIMIT, is_there).await.unwrap();
    let mut by_next = 0;
    for _ in 0..REQUESTS {
        by_next += match status().await.unwrap() {
            200 => 1,
            404 => 0,
            other => panic!("neither of the releases says {other}"),
        };
    }
    announce(&format!("canary of 10 %: {by_next} of {REQUESTS} requests"));
    let percent = f64::from(by_next) * 100.0 / f64::from(REQUESTS);
    assert!((7.0..=13.0).contains(&percent), "{percent} %");
}

/// The path of a state that only this release has.
async fn a_state_of(release: &Release<'_>) -> String {
    let service = format!("service/{}", release.object("api"));
    let api = release.namespace.forward(&service, 8080).unwrap();
    let body = json!({"name": "Of the next"}).to_string().into_bytes();
    let head = [("content-type", "application/json")];
    let made = send(
        api.base(),
        "POST",
        "/api/v1/states",
        &head,
        Some(body),
        LIMIT,
    )
    .await;
    let made = made.unwrap().json().unwrap();
    format!("/api/v1/states/{}", made["id"].as_str().unwrap())
}

/// A controller takes a moment to see what is new.
async fn until_it_leads(url: &str, status: u16) {
    let there = async || Ok(get(url, "/api/v1/status").await?.status == status);
    until(&format!("{status} of the way in"), LIMIT, there)
        .await
        .unwrap();
}
