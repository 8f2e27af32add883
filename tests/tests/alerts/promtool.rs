//! Runs `promtool`.

use std::path::PathBuf;
use std::process::Command;

use rig::environment::variable;
use rig::skip::{Tool, missing};

/// Asserts that it has nothing against the files; without it, `what` is skipped.
pub(crate) fn passes(what: &str, args: &[&str], files: &[PathBuf]) {
    let Some(promtool) = variable("HBNB_TEST_PROMTOOL") else {
        return missing(Tool::Prometheus, what, "HBNB_TEST_PROMTOOL is not set");
    };
    assert!(!files.is_empty(), "{what}: no file");
    let output = Command::new(promtool).args(args).args(files).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}{complaint}");
}
