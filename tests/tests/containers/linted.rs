//! What linters say of the files.

use crate::world::{can_have, site};
use rig::environment::variable;
use rig::skip::{Tool, missing};
use rig::top;
use std::io::Write;
use std::process::{Command, Output};
use tempfile::NamedTempFile;

fn agrees(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_dockerfile() {
    let what = "hadolint";
    if !can_have(what) {
        return;
    }
    let Some(hadolint) = variable("HBNB_TEST_HADOLINT") else {
        return missing(
            Tool::Linters,
            what,
            "HBNB_TEST_HADOLINT is not set: make containers sets it",
        );
    };
    let file = top().unwrap().join("docker/Dockerfile");
    agrees(&Command::new(hadolint).arg(file).output().unwrap());
}

/// All profiles, also those whose images are not to be had here.
#[test]
fn the_file_of_compose() {
    let what = "the schema of compose";
    if !can_have(what) {
        return;
    }
    let Some(checker) = variable("HBNB_TEST_JSONSCHEMA") else {
        return missing(
            Tool::Linters,
            what,
            "HBNB_TEST_JSONSCHEMA is not set: make containers sets it",
        );
    };
    let with_tls = site()
        .file("docker/compose.tls.yaml")
        .env("HBNB_TLS_DIR", "/tmp");
    for compose in [site(), with_tls] {
        let config = compose
            .command(&["--profile", "*", "config"])
            .output()
            .unwrap();
        agrees(&config);
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&config.stdout).unwrap();
        let mut check = Command::new(&checker);
        check.args(["--builtin-schema", "vendor.compose-spec"]);
        check.args(["--default-filetype", "yaml"]).arg(file.path());
        agrees(&check.output().unwrap());
    }
}
