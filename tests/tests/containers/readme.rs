//! The commands of the README, as somebody types them.

use crate::world::can_have;
use rig::process::free_port;
use rig::{Compose, announce, top};
use tempfile::TempDir;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_work() {
    if !can_have("the commands of the README") {
        return;
    }
    let clone = TempDir::new().unwrap();
    let from = top().unwrap().to_str().unwrap().to_owned();
    let to = clone.path().to_str().unwrap().to_owned();
    shell(&["git", "clone", "--quiet", &from, &to].join(" "), "/", &[]).await;
    let compose = Compose::of(clone.path()).unwrap();
    let port = format!("127.0.0.1:{}", compose.port());
    let prometheus = free_port().unwrap().to_string();
    let envs = [
        ("COMPOSE_PROJECT_NAME", compose.project()),
        ("HBNB_PORT", &port),
        ("HBNB_PROMETHEUS_PORT", &prometheus),
    ];
    let readme = std::fs::read_to_string(clone.path().join("README.md")).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("docker compose "))
        .collect();
    assert!(commands.len() > 4, "{commands:?}");
    for command in commands {
        announce(&format!("README: {command}"));
        shell(command, &to, &envs).await;
    }
}

async fn shell(command: &str, folder: &str, envs: &[(&str, &str)]) {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .envs(envs.iter().copied())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
}
