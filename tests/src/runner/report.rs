//! Reads what tests print, and sums it up.

use regex::{Captures, Regex};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "a constant pattern")]
static RESULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;")
        .expect("it compiles")
});
#[expect(clippy::expect_used, reason = "a constant pattern")]
static GOLDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^golden .+: (\d+) passed, (\d+) failed, (\d+) skipped$").expect("it compiles")
});

/// The sums over everything that was run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    passed: usize,
    failed: usize,
    skipped: usize,
    reasons: BTreeSet<String>,
}

impl Report {
    /// Takes in one line of output; most lines mean nothing here.
    pub(super) fn read(&mut self, line: &str) {
        let line = line.trim_end();
        if let Some(counts) = RESULT.captures(line) {
            self.count(&counts);
        } else if let Some(counts) = GOLDEN.captures(line) {
            self.count(&counts);
            self.golden_reason(line, &counts[3]);
        } else if let Some(reason) = line.strip_prefix("skipped: ") {
            self.skipped += 1;
            self.reasons.insert(reason.to_owned());
        }
    }

    /// Counts what has failed outside of all tests.
    pub(super) fn fail(&mut self) {
        self.failed += 1;
    }

    /// A program that failed without a failed test, as one that does not compile, is a failure too.
    pub(super) fn finish(&mut self, success: bool) {
        if !success && self.failed == 0 {
            self.fail();
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.failed == 0
    }

    fn golden_reason(&mut self, line: &str, skipped: &str) {
        if let Some((name, _)) = line.split_once(':').filter(|_| skipped != "0") {
            self.reasons.insert(format!(
                "{name}: {skipped} steps, for want of the server they are for"
            ));
        }
    }

    fn count(&mut self, counts: &Captures<'_>) {
        let number = |at: usize| counts[at].parse::<usize>().unwrap_or_default();
        self.passed += number(1);
        self.failed += number(2);
        self.skipped += number(3);
    }
}

/// The reasons for what was skipped, a line each; the last line has the sums.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for reason in &self.reasons {
            writeln!(f, "not tried: {reason}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    fn report(lines: &[&str], success: bool) -> String {
        let mut report = Report::default();
        lines.iter().for_each(|line| report.read(line));
        report.finish(success);
        report.to_string()
    }

    #[test]
    fn sums() {
        let lines = [
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "golden sqlite: 470 passed, 3 failed, 50 skipped\n",
            "test golden ... ok",
        ];
        let wanted = "not tried: golden sqlite: 50 steps, for want of the server they are for\n\
                      477 passed, 4 failed, 51 skipped";
        assert_eq!(report(&lines, false), wanted);
        assert_eq!(report(&lines[..1], true), "5 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn skips() {
        let lines = [
            "skipped: PostgreSQL: no initdb",
            "skipped: PostgreSQL: no initdb",
            " skipped: no: no",
        ];
        let wanted = "not tried: PostgreSQL: no initdb\n0 passed, 0 failed, 2 skipped";
        assert_eq!(report(&lines, true), wanted);
    }

    #[test]
    fn failure_outside_of_tests() {
        let mut report = Report::default();
        report.read("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured;");
        report.fail();
        assert!(!report.is_success());
        assert_eq!(report.to_string(), "5 passed, 1 failed");
    }

    #[test]
    fn failure_without_tests() {
        assert_eq!(
            report(&["error: could not compile"], false),
            "0 passed, 1 failed"
        );
    }
}
