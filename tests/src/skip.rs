//! What could not be tried, said in lines that are seen although libtest keeps the output of tests that pass.

use crate::environment::variable;
use std::io::Write;

const REQUIRE: &str = "HBNB_TEST_REQUIRE";

/// What tests need that a machine may not have. `make setup` installs all of it but a Docker engine
/// and a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Axe,
    Chromium,
    Cluster,
    Docker,
    Helm,
    Linters,
    Nginx,
    Node,
    Postgres,
    Prometheus,
    Schemathesis,
    Sqlite3,
    Systemd,
    Vnu,
}

impl Tool {
    const ALL: [Tool; 14] = [
        Tool::Axe,
        Tool::Chromium,
        Tool::Cluster,
        Tool::Docker,
        Tool::Helm,
        Tool::Linters,
        Tool::Nginx,
        Tool::Node,
        Tool::Postgres,
        Tool::Prometheus,
        Tool::Schemathesis,
        Tool::Sqlite3,
        Tool::Systemd,
        Tool::Vnu,
    ];

    /// Its name in `HBNB_TEST_REQUIRE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Axe => "axe",
            Self::Chromium => "chromium",
            Self::Cluster => "cluster",
            Self::Docker => "docker",
            Self::Helm => "helm",
            Self::Linters => "linters",
            Self::Nginx => "nginx",
            Self::Node => "node",
            Self::Postgres => "postgres",
            Self::Prometheus => "prometheus",
            Self::Schemathesis => "schemathesis",
            Self::Sqlite3 => "sqlite3",
            Self::Systemd => "systemd",
            Self::Vnu => "vnu",
        }
    }

    /// Whether this run is a failure without it. A name that is none is an error: it would require nothing.
    pub(crate) fn is_required(self) -> Result<bool, String> {
        let list = variable(REQUIRE).unwrap_or_default();
        Ok(required(&list)?.contains(&self))
    }
}

/// The tools of a list such as `chromium,axe`.
fn required(list: &str) -> Result<Vec<Tool>, String> {
    let names = list.split(',').map(str::trim);
    let names = names.filter(|name| !name.is_empty());
    let tool = |name: &str| {
        let found = Tool::ALL.into_iter().find(|tool| tool.name() == name);
        let all = Tool::ALL.map(Tool::name).join(", ");
        found.ok_or_else(|| format!("{REQUIRE}: there is no {name}, only {all}"))
    };
    names.map(tool).collect()
}

/// Says that something is skipped for want of a tool, and why. Where `HBNB_TEST_REQUIRE` names the tool, as in CI, the
/// test fails with the same sentence.
///
/// # Panics
///
/// That is how it fails.
pub fn missing(tool: Tool, what: &str, why: &str) {
    match tool.is_required() {
        Ok(false) => skipped(what, why),
        Ok(true) => fail(&format!("{what}: {why} ({REQUIRE} has {})", tool.name())),
        Err(error) => fail(&error),
    }
}

#[expect(clippy::panic, reason = "it is a test that fails")]
fn fail(why: &str) {
    panic!("{}", one_line(why));
}

/// Says on standard error that something could not be tried, and why; the test runner counts these lines.
pub fn skipped(what: &str, why: &str) {
    announce(&line(what, why));
}

pub(crate) fn line(what: &str, why: &str) -> String {
    format!("skipped: {what}: {}", one_line(why))
}

/// Writes one line to standard error. The `eprintln!` family would be captured by libtest; this is not.
pub fn announce(line: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = std::io::stderr().write_all(format!("{}\n", one_line(line)).as_bytes());
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Tool, one_line, required};

    #[test]
    fn requirements() {
        assert_eq!(required("").unwrap(), []);
        assert_eq!(required("axe, vnu,").unwrap(), [Tool::Axe, Tool::Vnu]);
        assert!(
            required("axe,chrome")
                .unwrap_err()
                .contains("no chrome, only axe, chromium")
        );
    }

    #[test]
    fn folds_lines() {
        assert_eq!(one_line("no\n  psql \n"), "no psql");
    }
}
