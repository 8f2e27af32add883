//! Somebody who works on the pages does not wait for the rest. Alone, because it takes time.

use rig::{Compose, Tool, announce, missing, skipped, top};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const WHAT: &str = "a warm rebuild of an image";
const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_change_of_one_line_is_soon_in_the_image() {
    if rig::environment::variable("HBNB_TEST_CONTAINERS").is_none() {
        return skipped(WHAT, "make containers runs it");
    }
    if let Err(why) = Compose::available() {
        return missing(Tool::Docker, WHAT, &why);
    }
    let folder = TempDir::new().unwrap();
    let clone = folder.path().join("hbnb");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"])
        .arg(top().unwrap())
        .arg(&clone);
    assert!(git.status().unwrap().success());
    let compose = Compose::of(&clone).unwrap().env("HBNB_TAG", "rebuilt");
    compose.run(&["build", "web"]).await.unwrap();

    let source = clone.join("services/web/src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    // One that no image was ever built with.
    let change = format!("// {}", folder.path().display());
    std::fs::write(&source, format!("{text}\n{change}\n")).unwrap();
    let begun = Instant::now();
    compose.run(&["build", "web"]).await.unwrap();
    let took = begun.elapsed();
    let _ = rig::docker(&["rmi", "hbnb/web:rebuilt"]).await;
    announce(&format!(
        "warm rebuild of web after a change of one line: {took:.0?}"
    ));
    assert!(took < SOON, "{took:?}");
}
