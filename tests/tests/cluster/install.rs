//! Somebody installs the chart for the first time.

use crate::world::{Release, SERVICES, can_have, node_port, plays, values_with};
use rig::http::get;
use rig::{Namespace, announce, top};
use serde_json::json;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn the_site_is_soon_there() {
    let Some(helm) = can_have("an installation of the chart").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let took = release.install(&values_with(
        &json!({"edge": {"service": {"type": "NodePort"}}}),
    ));
    announce(&format!("installation of the chart: {took:.0?}"));
    assert!(took < SOON, "{took:?}");
    let told = release.helm(&["test", "site"]).unwrap();
    assert!(told.contains("Phase:          Succeeded"), "{told}");

    plays(&node_port(&release).await, "through the edge's Service").await;
    assert!(release.restarts().await.is_empty());
    for service in SERVICES {
        assert_eq!(release.pods(service).await.len(), 2, "{service}");
    }
}

/// The commands of the README, as somebody types them.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_work() {
    let Some(helm) = can_have("the commands of the README for Kubernetes").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let readme = std::fs::read_to_string(top().unwrap().join("README.md")).unwrap();
    let commands = readme.lines().filter_map(|line| line.strip_prefix("helm "));
    let (mut count, mut said) = (0, String::new());
    for command in commands {
        announce(&format!("README: helm {command}"));
        let args: Vec<&str> = command.split_whitespace().collect();
        let begun = Instant::now();
        let output = helm
            .command(&args)
            .args(["--namespace", namespace.name()])
            .current_dir(top().unwrap())
            .output()
            .unwrap();
        let took = begun.elapsed();
        assert!(output.status.success(), "{output:?}");
        announce(&format!("it took {took:.0?}"));
        assert!(took < SOON, "{took:?}");
        said += &String::from_utf8(output.stdout).unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
    // The notes tell the next command, and what is left open.
    for note in [
        "service/hbnb-edge 8080:80",
        "Try it: helm test hbnb",
        "api.existingSecret",
        "networkPolicy.metricsFrom",
    ] {
        assert!(said.contains(note), "no {note} in {said}");
    }
    let way = readme
        .lines()
        .find_map(|line| line.strip_prefix("kubectl port-forward "));
    let (target, ports) = way.unwrap().split_once(' ').unwrap();
    let port = ports.split_once(':').unwrap().1.parse().unwrap();
    let edge = namespace.forward(target, port).unwrap();
    assert_eq!(get(edge.base(), "/").await.unwrap().status, 200);
}
