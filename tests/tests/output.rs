//! A standard output that is closed, or full.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::{Binary, run};
use std::process::Output;
use tempfile::TempDir;

async fn shell(script: &str) -> Output {
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let path = hbnb.path().display().to_string();
    let envs = [("HBNB", path.as_str())];
    run(
        &Binary::at("/bin/bash"),
        &["-c", script],
        &envs,
        folder.path(),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_reader_that_leaves_is_no_error() {
    let output =
        shell("set -o pipefail; for i in 1 2 3 4 5; do \"$HBNB\" config | true; done").await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[tokio::test]
async fn a_full_disk_is_told_in_one_sentence() {
    let output = shell("exec \"$HBNB\" config > /dev/full").await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("No space left"), "{said}");
}
