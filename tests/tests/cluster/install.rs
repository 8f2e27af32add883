//! Somebody installs the chart for the first time.

use crate::world::{Release, SERVICES, can_have, plays, values};
use rig::{Namespace, announce};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn the_site_is_soon_there() {
    let Some(helm) = can_have("an installation of the chart") else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let took = release.install(&values());
    announce(&format!("installation of the chart: {took:.0?}"));
    assert!(took < SOON, "{took:?}");
    let told = release.helm(&["test", "site"]).unwrap();
    assert!(told.contains("Phase:          Succeeded"), "{told}");

    let edge = namespace.forward("service/site-hbnb-edge", 80).unwrap();
    plays(edge.base(), "through the edge of the chart").await;
    assert!(release.restarts().await.is_empty());
    for service in SERVICES {
        assert_eq!(release.pods(service).await.len(), 2, "{service}");
    }
}
