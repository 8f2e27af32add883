//! The invariants of the house: who may import whom, and what may stand only in one room.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use regex::Regex;
use rig::{sources, top};
use std::path::Path;
use std::process::Command;

const LONGEST_FILE: usize = 300;

/// The names of all packages in the tree of `package`, itself first.
fn tree(package: &str, edges: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "-p",
            package,
            "-e",
            edges,
        ])
        .current_dir(top().unwrap())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned);
    let names: Vec<String> = names.collect();
    assert_eq!(names.first().map(String::as_str), Some(package));
    names
}

fn assert_lacks(package: &str, edges: &str, forbidden: impl Fn(&str) -> bool) {
    let found: Vec<String> = tree(package, edges)
        .split_off(1)
        .into_iter()
        .filter(|name| forbidden(name))
        .collect();
    let found: Vec<&String> = found.iter().filter(|name| *name != package).collect();
    assert!(
        found.is_empty(),
        "{package} must not depend on {found:?} (cargo tree -p {package} -e {edges})"
    );
}

fn is_ours(name: &str) -> bool {
    name == "hbnb" || name.starts_with("hbnb-")
}

fn exists(service: &str) -> bool {
    top()
        .unwrap()
        .join("services")
        .join(service)
        .join("Cargo.toml")
        .exists()
}

#[test]
fn domain_knows_no_http() {
    let http = [
        "axum",
        "axum-core",
        "http",
        "http-body",
        "hyper",
        "hyper-util",
        "tower-http",
    ];
    assert_lacks("hbnb-domain", "normal", |name| http.contains(&name));
}

#[test]
fn kit_and_domain_import_nothing_of_ours() {
    assert_lacks("hbnb-kit", "normal", is_ours);
    assert_lacks("hbnb-domain", "normal", is_ours);
}

#[test]
fn web_and_assets_know_no_database() {
    for service in ["web", "assets"]
        .into_iter()
        .filter(|service| exists(service))
    {
        let package = format!("hbnb-{service}");
        assert_lacks(&package, "normal", |name| {
            name.starts_with("sqlx") || name == "hbnb-domain"
        });
        assert_lacks(&package, "normal", |name| {
            is_ours(name) && name != "hbnb-kit"
        });
    }
}

#[test]
fn tests_only_run_binaries() {
    assert_lacks("hbnb-tests", "normal,build,dev", is_ours);
}

#[test]
fn sql_stands_in_domain() {
    forbid(r"\bsqlx::query|\bQueryBuilder\b", |path| {
        path.starts_with("services/domain")
    });
}

#[test]
fn the_environment_is_read_in_one_place() {
    // Where a program itself stands is no setting, nor is what a benchmark tells its own servers.
    let reading = r"\bstd::env::(var|vars|args|temp_dir|home_dir|set_var|current_dir)|\buse std::(\{.*\b)?env\b";
    forbid(reading, |path| {
        path.starts_with("tests")
            || path.starts_with("services/kit/src/config")
            || path == Path::new("services/kit/src/config.rs")
            || path
                .parent()
                .is_some_and(|folder| folder.ends_with("benches"))
            || ["main.rs", "build.rs"]
                .iter()
                .any(|name| path.ends_with(name))
    });
}

#[test]
fn only_main_ends_the_process() {
    forbid(r"\bprocess::(exit|abort)\b", |path| {
        path.ends_with("main.rs")
    });
}

#[test]
fn nothing_is_left_for_later() {
    // In pieces, so that this file does not find itself.
    let marks = ["todo", "unimplemented"].map(|name| format!(r"\b{name}!"));
    let words = ["FIX", "TO"]
        .map(|start| format!(r"\b{start}{}\b", if start == "FIX" { "ME" } else { "DO" }));
    forbid(&[marks, words].concat().join("|"), |_| false);
}

#[test]
fn files_are_short() {
    let long = sources()
        .unwrap()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()));
    let long: Vec<String> = long
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(
        long.is_empty(),
        "no file may be longer than {LONGEST_FILE} lines:\n{}",
        long.join("\n")
    );
}

#[test]
#[should_panic = "tests/tests/layering.rs:5: use regex::Regex;"]
fn what_is_forbidden_is_found() {
    forbid("^use regex::Regex;$", |_| false);
}

#[test]
#[should_panic = "must not depend on"]
fn a_dependency_is_found() {
    assert_lacks("hbnb-tests", "normal", |name| name == "hyper");
}

/// Fails with the file and line of everything that matches `pattern` outside of the `allowed` files.
fn forbid(pattern: &str, allowed: impl Fn(&Path) -> bool) {
    let regex = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for (path, text) in sources().unwrap().iter().filter(|(path, _)| !allowed(path)) {
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| regex.is_match(line));
        found.extend(
            lines.map(|(at, line)| format!("{}:{}: {}", path.display(), at + 1, line.trim())),
        );
    }
    assert!(
        found.is_empty(),
        "{pattern} may not stand here:\n{}",
        found.join("\n")
    );
}
