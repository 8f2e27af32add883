//! Containers are restarted and replaced while people use the site.

use crate::visitors::{Story, Visitors};
use crate::world::{OURS, can_have, site, until_healthy};
use rig::{Compose, announce, docker, inspect, logs, until, version};
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::sync::Mutex;

/// How long a new replica may wait for its share.
const NOTICED: Duration = Duration::from_secs(30);
/// Requests a second. Twice as many take three quarters of two processors, of which other stories need their part: then a
/// site that has only just begun keeps people waiting for longer than a page may take.
const RATE: u32 = 100;
/// Held by who has visitors come: those of two stories at once are more than two processors can serve.
static VISITED: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_containers_come_and_go() {
    if !can_have("restarts and rolls under load") {
        return;
    }
    let _visited = VISITED.lock().await;
    let mut compose = site().env("HBNB_NO_DEMO", "false");
    let two = [
        "--scale", "api=2", "--scale", "web=2", "--scale", "assets=2",
    ];
    compose.up(&two).await.unwrap();

    let visitors = Visitors::come(&compose.base(), RATE).await;
    for service in OURS {
        for container in compose.containers(service).await.unwrap() {
            docker(&["restart", &container]).await.unwrap();
            until_healthy(&container).await;
        }
    }
    let story = visitors.leave().await;
    announce(&format!("restart of each of six containers: {story}"));
    lost_nothing(&compose, &story).await;

    let visitors = Visitors::come(&compose.base(), RATE).await;
    roll(&compose, "next").await;
    let story = visitors.leave().await;
    announce(&format!("roll of six containers: {story}"));
    lost_nothing(&compose, &story).await;
    for service in OURS {
        let containers = compose.containers(service).await.unwrap();
        assert_eq!(containers.len(), 2, "{service}");
        for container in containers {
            let told = inspect(&container).await.unwrap();
            assert_eq!(told["Config"]["Image"], format!("hbnb/{service}:next"));
        }
    }

    // The published port is bound by the one edge that there is: while it restarts, nobody listens.
    let visitors = Visitors::come(&compose.base(), RATE).await;
    compose.run(&["restart", "edge"]).await.unwrap();
    until_healthy(&compose.container("edge").await.unwrap()).await;
    let story = visitors.leave().await;
    announce(&format!(
        "restart of the edge itself, which has no second: {story}"
    ));
    assert!(
        story.failed > 0,
        "a test that sees no loss here would see none anywhere: {story}"
    );
}

/// The edge and the pages find replicas that come later, and do without one that goes.
#[tokio::test(flavor = "multi_thread")]
async fn replicas_share_the_work() {
    if !can_have("replicas") {
        return;
    }
    let _visited = VISITED.lock().await;
    let mut compose = site().env("HBNB_NO_DEMO", "false");
    compose.up(&[]).await.unwrap();
    // Somebody keeps the connections between the services busy all the time.
    let visitors = Visitors::come(&compose.base(), RATE).await;
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

/// Else the edge's log may tell which services it had asked.
async fn lost_nothing(compose: &Compose, story: &Story) {
    if story.failed == 0 {
        return;
    }
    let log = compose.logs("edge").await.unwrap();
    let failed: Vec<_> = log
        .lines()
        .filter(|line| line.contains("\"status\":5") || line.contains("\"status\":404"))
        .take(10)
        .collect();
    panic!("{story}\n{}", failed.join("\n"));
}

/// `make roll HBNB_TAG=…`, with the images of now under another name.
async fn roll(compose: &Compose, tag: &str) {
    for image in ["api", "web", "assets", "hbnb"] {
        let name = |tag: &str| format!("hbnb/{image}:{tag}");
        docker(&["tag", &name(&version().unwrap()), &name(tag)])
            .await
            .unwrap();
    }
    let output = Command::new("make")
        // Whoever runs the tests by make is not the one that runs this.
        .args(["--no-print-directory", "roll", &format!("HBNB_TAG={tag}")])
        .current_dir(compose.top())
        .env("COMPOSE_PROJECT_NAME", compose.project())
        .env("HBNB_PORT", format!("127.0.0.1:{}", compose.port()))
        .envs(compose.environment())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.ends_with("roll: done\n"), "{said}");
    for image in ["api", "web", "assets", "hbnb"] {
        // The containers keep what they were made of.
        let _ = docker(&["rmi", &format!("hbnb/{image}:{tag}")]).await;
    }
}
