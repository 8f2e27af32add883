//! Tests that take long: `make heavy` runs them (`HBNB_TEST_HEAVY`); some come with every run in a short form.

use crate::environment::variable;
use crate::skip::skipped;

/// Whether the tests that take long are wanted.
pub fn is_heavy() -> bool {
    variable("HBNB_TEST_HEAVY").is_some()
}

/// Whether one that has no short form is wanted; says that it is skipped where not.
pub fn is_wanted(what: &str) -> bool {
    if !is_heavy() {
        skipped(what, "HBNB_TEST_HEAVY is not set");
    }
    is_heavy()
}

/// What the short form of a test takes, or what the long one does.
pub fn sized<T>(light: T, heavy: T) -> T {
    match is_heavy() {
        true => heavy,
        false => light,
    }
}
