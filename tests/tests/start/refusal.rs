//! A start that cannot succeed.

use rig::{Binary, run};
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

/// Never to be seen in what a program says.
pub(crate) const PASSWORD: &str = "s3cret";

/// Far less than any database would be waited for.
const AT_ONCE: Duration = Duration::from_secs(10);

/// Runs a program that must end by itself, at once, with one line for the operator. Returns that line.
pub(crate) async fn refused(
    program: &str,
    args: &[&str],
    envs: &[(&str, &str)],
    folder: &Path,
) -> String {
    let started = Instant::now();
    let output = attempt(program, args, envs, folder).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(started.elapsed() < AT_ONCE, "{args:?} took long: {said}");
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    assert!(said.starts_with(&format!("{program}: ")), "{said}");
    assert!(output.stdout.is_empty(), "{args:?} wrote to its output");
    is_fit_to_read(&said);
    said
}

/// Runs a program with nothing in its log but errors, and backtraces on if there were any.
pub(crate) async fn attempt(
    program: &str,
    args: &[&str],
    envs: &[(&str, &str)],
    folder: &Path,
) -> Output {
    let quiet = [
        ("HBNB_BIND", "127.0.0.1:0"),
        ("HBNB_ADMIN_BIND", "127.0.0.1:0"),
        ("HBNB_LOG", "error"),
        ("RUST_BACKTRACE", "1"),
    ];
    let envs = [&quiet, envs].concat();
    let binary = Binary::named(program).unwrap();
    run(&binary, args, &envs, folder).await.unwrap()
}

pub(crate) fn is_fit_to_read(said: &str) {
    for never in ["panicked", "backtrace", "Error:", "Error {", PASSWORD] {
        assert!(!said.contains(never), "{never:?} in {said}");
    }
}

pub(crate) fn holds(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}
