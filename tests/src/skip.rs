//! Lines that must be seen although libtest keeps the output of tests that pass.

use std::io::Write;

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
    use super::one_line;

    #[test]
    fn folds_lines() {
        assert_eq!(one_line("no\n  psql \n"), "no psql");
    }
}
