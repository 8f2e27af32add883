//! The one place of this crate that reads the environment.

use std::ffi::OsString;
use std::process::Command;

const DATABASE_URL: &str = "HBNB_TEST_DATABASE_URL";

#[expect(
    clippy::disallowed_methods,
    reason = "the rig is told by variables where to find programs, and keeps them from its children"
)]
fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The value of a variable that is set, not empty, and text.
pub fn variable(name: &str) -> Option<String> {
    let (_, value) = variables().find(|(key, _)| key == name)?;
    value.into_string().ok().filter(|text| !text.is_empty())
}

/// A PostgreSQL server on which tests may make databases (`HBNB_TEST_DATABASE_URL`).
pub fn test_database_url() -> Option<String> {
    variable(DATABASE_URL)
}

/// Keeps inherited variables that start with one of `prefixes` from a child.
pub fn remove(command: &mut Command, prefixes: &[&str]) {
    for (key, _) in variables() {
        let name = key.to_string_lossy();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&key);
        }
    }
}
