//! What the stories of containers share.

use rig::environment::variable;
use rig::golden::{self, Targets};
use rig::postgres::PSQL;
use rig::skip::{Tool, missing};
use rig::{Compose, inspect, skipped};
use std::time::Duration;

/// How long a container may take to be what it should be.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The services that are programs of ours.
pub(crate) const OURS: [&str; 3] = ["api", "web", "assets"];

/// Whether containers are wanted and can be had; if not, it has been said.
pub(crate) fn can_have(what: &str) -> bool {
    if variable("HBNB_TEST_CONTAINERS").is_none() {
        skipped(
            what,
            "HBNB_TEST_CONTAINERS is not set: make containers sets it",
        );
        return false;
    }
    match Compose::available() {
        Ok(()) => true,
        Err(why) => {
            missing(Tool::Docker, what, &why);
            false
        }
    }
}

/// The site, without the data of the demo.
pub(crate) fn site() -> Compose {
    Compose::new().unwrap().env("HBNB_NO_DEMO", "true")
}

/// Plays all golden scenarios.
pub(crate) async fn plays(base: &str, what: &str) {
    golden::plays(&Targets::site(base), what).await.unwrap();
}

/// The address of a container in a network of its project, for a test that looks behind the edge.
pub(crate) async fn address(compose: &Compose, container: &str, network: &str) -> String {
    let told = inspect(container).await.unwrap();
    let network = format!("{}_{network}", compose.project());
    let address = &told["NetworkSettings"]["Networks"][network]["IPAddress"];
    address.as_str().unwrap().to_owned()
}

/// Kills the process of a container from outside: Docker takes what its own `kill` ends for stopped on purpose.
pub(crate) async fn kill(container: &str) {
    let told = inspect(container).await.unwrap();
    let pid = told["State"]["Pid"].to_string();
    rig::process::signal(&pid, "KILL").unwrap();
}

/// `healthy`, `unhealthy`, `starting`; or the state of a container that has no health.
pub(crate) async fn health(container: &str) -> String {
    let told = inspect(container).await.unwrap();
    let state = &told["State"];
    let word = match &state["Health"]["Status"] {
        serde_json::Value::String(health) if state["Status"] == "running" => health,
        _ => return state["Status"].as_str().unwrap_or_default().to_owned(),
    };
    word.clone()
}

/// Waits until a container is healthy.
pub(crate) async fn until_healthy(container: &str) {
    let healthy = async || Ok(health(container).await == "healthy");
    rig::until(&format!("{container} healthy"), PATIENCE, healthy)
        .await
        .unwrap();
}

/// Runs SQL in the database of a project.
pub(crate) async fn sql(compose: &Compose, text: &str) -> String {
    let psql = [&["exec", "-T", "db"][..], &PSQL, &[text]].concat();
    compose.run(&psql).await.unwrap().trim().to_owned()
}
