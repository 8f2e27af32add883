//! The test programs that cargo has built.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One test program: what it was made of, and where it is to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) executable: PathBuf,
    pub(super) source: PathBuf,
    /// That of its package, as under `cargo test`.
    pub(super) folder: PathBuf,
}

/// What `cargo --message-format=json` prints for each thing it has built, as far as it matters here.
#[derive(Deserialize)]
struct Artifact {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Program {
    /// Reads one line of what cargo prints; `None` where it tells of anything else.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let artifact: Artifact = serde_json::from_slice(line).ok()?;
        let is_test = artifact.reason == "compiler-artifact" && artifact.profile?.test;
        let executable = artifact.executable.filter(|_| is_test)?;
        Some(Self {
            executable,
            source: artifact.target?.src_path,
            folder: artifact.manifest_path?.parent()?.to_owned(),
        })
    }

    /// Its source as a person names it, such as `tests/tests/alarm.rs`.
    pub(super) fn name(&self, top: &Path) -> String {
        let name = self.source.strip_prefix(top).unwrap_or(&self.source);
        name.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Program;
    use std::path::Path;

    const BUILT: &str = r#"{"reason": "compiler-artifact", "package_id": "path+file:///h/tests#hbnb-tests@0.1.0",
        "manifest_path": "/h/tests/Cargo.toml", "target": {"kind": ["test"], "name": "alarm",
        "src_path": "/h/tests/tests/alarm.rs"}, "profile": {"opt_level": "0", "test": true}, "features": [],
        "filenames": ["/t/debug/deps/alarm-1"], "executable": "/t/debug/deps/alarm-1", "fresh": true}"#;

    #[test]
    fn a_test_program() {
        let program = Program::read(BUILT.as_bytes()).unwrap();
        assert_eq!(program.executable, Path::new("/t/debug/deps/alarm-1"));
        assert_eq!(program.folder, Path::new("/h/tests"));
        assert_eq!(program.name(Path::new("/h")), "tests/tests/alarm.rs");
    }

    #[test]
    fn anything_else() {
        let program = BUILT.replace("\"test\": true", "\"test\": false");
        let library = BUILT.replace("\"/t/debug/deps/alarm-1\", \"fresh\"", "null, \"fresh\"");
        let script = r#"{"reason": "build-script-executed", "out_dir": "/t"}"#;
        for line in [&*program, &*library, script, "Compiling", ""] {
            assert_eq!(Program::read(line.as_bytes()), None, "{line}");
        }
    }
}
