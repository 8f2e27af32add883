//! Replicas that come and go are found, and done without.

use crate::visitors::{VISITED, Visitors, lost_nothing};
use crate::world::{can_have, site};
use rig::{announce, docker, logs, until};
use std::time::{Duration, Instant};

/// How long a new replica may wait for its share.
const NOTICED: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn they_share_the_work() {
    if !can_have("replicas") {
        return;
    }
    let _visited = VISITED.lock().await;
    let mut compose = site().env("HBNB_NO_DEMO", "false");
    compose.up(&[]).await.unwrap();
    // Somebody keeps the connections between the services busy all the time.
    let visitors = Visitors::come(&compose.base()).await;
    compose
        .up(&["--scale", "api=3", "--scale", "web=2"])
        .await
        .unwrap();
    let scaled = Instant::now();
    for (service, asked_by) in [("web", "/places/{id}"), ("api", "/api/v1/places/{id}")] {
        let containers = compose.containers(service).await.unwrap();
        assert!(containers.len() > 1);
        for container in &containers {
            let busy = async || {
                let log = logs(container).await?;
                Ok(log.contains(&format!("\"route\":\"{asked_by}\"")))
            };
            until(&format!("{service} is asked for {asked_by}"), NOTICED, busy)
                .await
                .unwrap();
        }
    }
    announce(&format!(
        "new replicas have their share after {:.0?}",
        scaled.elapsed()
    ));
    assert!(scaled.elapsed() < NOTICED);

    let gone = compose.containers("api").await.unwrap().pop().unwrap();
    docker(&["stop", &gone]).await.unwrap();
    let story = visitors.leave().await;
    announce(&format!("two replicas came, one went: {story}"));
    lost_nothing(&compose, &story).await;
}
