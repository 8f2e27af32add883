//! Who may talk to whom.

use crate::inside::{Errand, reaches};
use crate::world::{PATIENCE, Release, can_have, single_with};
use rig::kube::node_address;
use rig::{Namespace, announce, version};
use serde_json::{Value, json};
use std::net::{TcpListener, UdpSocket};

/// From a component to a port of another.
const ALLOWED: [(&str, &str); 5] = [
    ("edge", "site-hbnb-web:8080"),
    ("edge", "site-hbnb-api:8080"),
    ("edge", "site-hbnb-assets:8080"),
    ("web", "site-hbnb-api:8080"),
    ("api", "site-hbnb-db:5432"),
];
const FORBIDDEN: [(&str, &str); 6] = [
    ("web", "site-hbnb-db:5432"),
    ("edge", "site-hbnb-db:5432"),
    ("assets", "site-hbnb-db:5432"),
    ("assets", "site-hbnb-api:8080"),
    ("api", "site-hbnb-web:8080"),
    ("web", "site-hbnb-edge:80"),
];

#[tokio::test(flavor = "multi_thread")]
async fn only_what_must_be_is_allowed() {
    let Some(helm) = can_have("the network policies of the chart").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let stranger = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let from = json!({"kubernetes.io/metadata.name": namespace.name()});
    let policies = |enabled: bool| {
        single_with(&json!({"networkPolicy": {
            "enabled": enabled,
            "metricsFrom": [{"namespaceSelector": {"matchLabels": from}}],
        }}))
    };
    release.install(&policies(true));
    for (from, to) in ALLOWED {
        assert!(tries(&release, from, to).await, "{from} to {to}");
    }
    let outside = Outside::new().await;
    for (from, to) in FORBIDDEN
        .iter()
        .copied()
        .chain([("web", &*outside.address)])
    {
        assert!(!tries(&release, from, to).await, "{from} to {to} is open");
    }
    let metrics = format!("{}:9090", address(&release, "api").await);
    let service = format!("site-hbnb-api.{}:8080", namespace.name());
    for to in [&metrics, &service] {
        assert!(!asks(&stranger, to).await, "a stranger to {to} is open");
    }
    assert!(asks(&namespace, &metrics).await, "a scraper to {metrics}");

    // The same without policies, so that nothing else was in the way.
    release.install(&policies(false));
    for (from, to) in FORBIDDEN
        .iter()
        .copied()
        .chain([("web", &*outside.address)])
    {
        assert!(tries(&release, from, to).await, "{from} to {to}");
    }
    let metrics = format!("{}:9090", address(&release, "api").await);
    for to in [&metrics, &service] {
        assert!(asks(&stranger, to).await, "a stranger to {to}");
    }
    announce(&format!(
        "network policies: {} allowed, {} forbidden, and open without",
        ALLOWED.len() + 1,
        FORBIDDEN.len() + 3
    ));
}

async fn first(release: &Release<'_>, component: &str) -> Value {
    release.until_ready(component).await;
    release.pods(component).await.swap_remove(0)
}

/// From a pod of a component.
pub(crate) async fn tries(release: &Release<'_>, from: &str, to: &str) -> bool {
    let pod = first(release, from).await;
    let pod = pod["metadata"]["name"].as_str().unwrap();
    reaches(release.namespace, pod, to).await
}

async fn address(release: &Release<'_>, component: &str) -> String {
    let pod = first(release, component).await;
    pod["status"]["podIP"].as_str().unwrap().to_owned()
}

/// From a pod that no policy of the release is about.
pub(crate) async fn asks(namespace: &Namespace, to: &str) -> bool {
    let image = format!("hbnb/hbnb:{}", version().unwrap());
    let container = json!({"image": image, "args": ["check", "--tcp", to]});
    let (code, _) = Errand::run(namespace, &json!({}), container)
        .end(PATIENCE)
        .await;
    code == 0
}

/// A listener outside the network of the pods, on this machine.
struct Outside {
    address: String,
    _listener: TcpListener,
}

impl Outside {
    async fn new() -> Self {
        let node = node_address().await.unwrap();
        // Nothing is sent: the system says from which address it would be.
        let way = UdpSocket::bind("0.0.0.0:0").unwrap();
        way.connect((node.as_str(), 1)).unwrap();
        let listener = TcpListener::bind((way.local_addr().unwrap().ip(), 0)).unwrap();
        Self {
            address: listener.local_addr().unwrap().to_string(),
            _listener: listener,
        }
    }
}
