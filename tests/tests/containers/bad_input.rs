//! What somebody sees who has set something wrong.

use crate::world::{can_have, site};
use rig::{Compose, docker, inspect, version};
use std::net::TcpListener;
use std::process::Output;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken() {
    if !can_have("a taken port") {
        return;
    }
    let compose = site();
    let _taken = TcpListener::bind(("127.0.0.1", compose.port())).unwrap();
    let said = refused(&compose).await;
    let names_it = said.contains(&compose.port().to_string());
    assert!(
        names_it && said.contains("address already in use"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_of_the_edge() {
    if !can_have("a wrong setting of the edge") {
        return;
    }
    for (name, value, wanted) in [
        (
            "HBNB_WRITE_RATE",
            "many",
            "HBNB_WRITE_RATE: \"many\" is no number of writes a second",
        ),
        (
            "HBNB_TRACE_PERCENT",
            "101",
            "HBNB_TRACE_PERCENT: \"101\" is no share",
        ),
        (
            "HBNB_TRUSTED_NETWORKS",
            "10.0.0.0/8,home",
            "HBNB_TRUSTED_NETWORKS: \"home\" is no network",
        ),
    ] {
        let compose = site().env(name, value);
        refused(&compose).await;
        says_once_and_waits(&compose, "edge", wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_of_a_service() {
    if !can_have("a wrong setting of a service") {
        return;
    }
    let compose = site().env("HBNB_CORS_ORIGINS", "nowhere");
    refused(&compose).await;
    says_once_and_waits(&compose, "api", "HBNB_CORS_ORIGINS").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_wrong() {
    if !can_have("a wrong secret") {
        return;
    }
    let mut compose = site();
    // An empty one is told before anything is made with it.
    put_secret(&compose, "").await;
    refused(&compose).await;
    let told = compose.logs("secrets").await.unwrap();
    assert!(
        told.contains("the secret /run/hbnb/secrets/database-password is empty"),
        "{told}"
    );
    assert_eq!(told.trim().lines().count(), 1, "{told}");
    compose.run(&["down", "--volumes"]).await.unwrap();

    // One that the database was not made with.
    compose.up(&[]).await.unwrap();
    compose.run(&["down"]).await.unwrap();
    put_secret(&compose, "not the one").await;
    refused(&compose).await;
    let told = compose.logs("migrate").await.unwrap();
    assert!(told.contains("password authentication failed"), "{told}");
    assert_eq!(told.trim().lines().count(), 1, "{told}");
}

/// Writes the password of the database into the volume of the secrets.
async fn put_secret(compose: &Compose, text: &str) {
    let volume = format!("{}_secrets", compose.project());
    let label = format!("com.docker.compose.project={}", compose.project());
    let volume_label = "com.docker.compose.volume=secrets";
    let create = [
        "volume",
        "create",
        "--label",
        &label,
        "--label",
        volume_label,
        &volume,
    ];
    docker(&create).await.unwrap();
    let mount = format!("{volume}:/run/hbnb/secrets");
    // The folder takes its owner over from the image first.
    let image = format!("hbnb/hbnb:{}", version().unwrap());
    docker(&["run", "--rm", "-v", &mount, &image, "--version"])
        .await
        .unwrap();
    let script = format!(
        "printf '%s' '{text}' >/run/hbnb/secrets/database-password && chmod 644 /run/hbnb/secrets/database-password"
    );
    let shell = [
        "run",
        "--rm",
        "--user",
        "0",
        "--entrypoint",
        "sh",
        "-v",
        &mount,
        "postgres:18",
        "-c",
        &script,
    ];
    docker(&shell).await.unwrap();
}

/// `up --wait` fails, and in time; what it said.
async fn refused(compose: &Compose) -> String {
    let output: Output = compose.try_up(&["--wait-timeout", "60"]).await.unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Each try says one line, and the tries become rarer.
async fn says_once_and_waits(compose: &Compose, service: &str, wanted: &str) {
    let container = compose.container(service).await.unwrap();
    let told = compose.logs(service).await.unwrap();
    let lines: Vec<&str> = told.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.iter().all(|line| line.contains(wanted)), "{told}");
    let tries = inspect(&container).await.unwrap()["RestartCount"]
        .as_u64()
        .unwrap();
    // 0.1 s, 0.2 s, 0.4 s and so on: in the minute that compose waits, eleven at most.
    assert!(
        tries <= 11,
        "{tries} restarts within {:?}",
        Duration::from_secs(60)
    );
}
