//! Numbers of bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::text::parsed;

/// A number of bytes, written such as `1048576`, `64KiB`, `1MiB` or `10MB` (KB, MB, GB are powers of 1000).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// Larger units first, so that a size is shown in the largest that divides it.
const UNITS: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim();
        let scale = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .map(|(_, scale)| *scale);
        let scale = scale.or(unit.is_empty().then_some(1));
        let bytes = number
            .parse()
            .ok()
            .zip(scale)
            .and_then(|(number, scale): (u64, u64)| number.checked_mul(scale));
        bytes
            .map(Size)
            .ok_or_else(|| "give a size such as 1048576, 64KiB or 10MB".to_owned())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |scale: u64| self.0 > 0 && self.0.is_multiple_of(scale);
        match UNITS.iter().find(|(_, scale)| *scale > 1 && whole(*scale)) {
            Some((name, scale)) => write!(f, "{}{name}", self.0 / scale),
            None => write!(f, "{}", self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn forms() {
        let good = [
            ("0", 0),
            ("1048576", 1 << 20),
            ("64KiB", 65_536),
            ("64 kib", 65_536),
            ("10MB", 10_000_000),
            ("7B", 7),
        ];
        for (text, bytes) in good {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "MiB", "1.5MB", "-1", "1TBB", "99999999999GiB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn shown_in_the_largest_unit() {
        for (bytes, shown) in [
            (0, "0"),
            (1 << 20, "1MiB"),
            (10_000_000, "10MB"),
            (1_500, "1500"),
        ] {
            assert_eq!(Size(bytes).to_string(), shown);
        }
    }
}
