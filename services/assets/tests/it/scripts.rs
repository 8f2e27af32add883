//! The scripts can be read by a browser, as far as a Node.js tells.

use std::fs;
use std::process::Command;

use crate::harness::folder;
use crate::tree;

#[test]
fn all_are_read() {
    if Command::new("node").arg("--version").output().is_err() {
        rig::missing(
            rig::Tool::Node,
            "the syntax of the scripts",
            "there is no node",
        );
        return;
    }
    let desk = tempfile::tempdir().unwrap();
    for path in tree::files().iter().filter(|path| path.ends_with(".js")) {
        let text = fs::read_to_string(folder().join(path)).unwrap();
        let is_module = |line: &str| line.starts_with("import ") || line.starts_with("export ");
        let end = if text.lines().any(is_module) {
            "mjs"
        } else {
            "cjs"
        };
        let file = desk.path().join("script").with_extension(end);
        fs::write(&file, text).unwrap();
        let check = Command::new("node")
            .arg("--check")
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success(), "{path}: {said}");
    }
}
