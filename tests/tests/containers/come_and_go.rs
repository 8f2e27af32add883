//! Containers are restarted and replaced while people use the site.

use crate::visitors::{VISITED, Visitors, lost_nothing};
use crate::world::{OURS, can_have, site, until_healthy};
use rig::{Compose, announce, docker, inspect, version};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost() {
    if !can_have("restarts and rolls under load") {
        return;
    }
    let _visited = VISITED.lock().await;
    let mut compose = site().env("HBNB_NO_DEMO", "false");
    let two = [
        "--scale", "api=2", "--scale", "web=2", "--scale", "assets=2",
    ];
    compose.up(&two).await.unwrap();

    let visitors = Visitors::come(&compose.base()).await;
    for service in OURS {
        for container in compose.containers(service).await.unwrap() {
            docker(&["restart", &container]).await.unwrap();
            until_healthy(&container).await;
        }
    }
    let story = visitors.leave().await;
    announce(&format!("restart of each of six containers: {story}"));
    lost_nothing(&compose, &story).await;

    let visitors = Visitors::come(&compose.base()).await;
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
    let visitors = Visitors::come(&compose.base()).await;
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
