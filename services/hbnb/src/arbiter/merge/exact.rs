//! Numbers whose sum is the same in whatever order they are added. That of floating-point numbers is not: a worker whose
//! count moves from those that live to those that have ended would have the sum fall by a hair, which Prometheus takes for
//! a restart.

use std::fmt;

/// Billionths in one: a nanosecond is the smallest time that is measured.
const ONE: u128 = 1_000_000_000;
const DIGITS: usize = 9;

/// A number of billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exact(i128);

impl Exact {
    /// Reads a sample's value. What is smaller than a billionth is cut off; what is no number, or has no end, is nothing.
    pub(super) fn of(text: &str) -> Exact {
        let as_decimal = || {
            let value: f64 = text.parse().ok()?;
            Exact::of_decimal(&format!("{value:.DIGITS$}"))
        };
        Exact::of_decimal(text)
            .or_else(as_decimal)
            .unwrap_or_default()
    }

    fn of_decimal(text: &str) -> Option<Exact> {
        if let Some(positive) = text.strip_prefix('-') {
            return Exact::of_decimal(positive).map(|Exact(size)| Exact(-size));
        }
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let is_decimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_decimal(whole) || !is_decimal(rest) {
            return None;
        }
        let rest = format!("{:0<DIGITS$.DIGITS$}", rest);
        let whole = whole.parse::<u128>().ok()?.checked_mul(ONE)?;
        let all = whole.checked_add(rest.parse().ok()?)?;
        i128::try_from(all).ok().map(Exact)
    }

    pub(super) fn add(&mut self, more: Exact) {
        self.0 = self.0.saturating_add(more.0);
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let (whole, rest) = (size / ONE, size % ONE);
        match rest {
            0 => write!(f, "{sign}{whole}"),
            _ => {
                let rest = format!("{rest:0DIGITS$}");
                write!(f, "{sign}{whole}.{}", rest.trim_end_matches('0'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exact;

    #[test]
    fn read_and_written() {
        for (text, wanted) in [
            ("0", "0"),
            ("42", "42"),
            ("0.25", "0.25"),
            ("1553.440931999", "1553.440931999"),
            ("0.0000000019", "0.000000001"),
            ("9007199254740993", "9007199254740993"),
            ("-1.5", "-1.5"),
            ("1e3", "1000"),
            ("NaN", "0"),
            ("+Inf", "0"),
            ("", "0"),
        ] {
            assert_eq!(Exact::of(text).to_string(), wanted, "{text}");
        }
    }

    #[test]
    fn the_order_does_not_matter() {
        let sum = |numbers: [&str; 3]| {
            let mut sum = Exact::default();
            for number in numbers {
                sum.add(Exact::of(number));
            }
            sum
        };
        assert_eq!(sum(["0.1", "0.2", "0.3"]), sum(["0.3", "0.2", "0.1"]));
    }

    #[test]
    fn more_than_there_is() {
        let mut most = Exact::of("170141183460469231731687303715");
        most.add(Exact::of("1"));
        assert_eq!(most, Exact(i128::MAX));
    }
}
