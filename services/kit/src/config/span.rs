//! Lengths of time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::text::parsed;

const LEAST: Duration = Duration::from_millis(1);
/// What fits into 31 bits of milliseconds, the type of a timeout in PostgreSQL.
const MOST: Duration = Duration::from_secs(24 * 24 * 60 * 60);

/// A length of time up to 24 days, written such as `500ms`, `5s`, `1m 30s`, or `0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let span = humantime::parse_duration(text.trim())
            .map_err(|_| "give a time such as 500ms, 5s or 1m".to_owned())?;
        match span {
            Duration::ZERO => Ok(Span(span)),
            _ if span < LEAST => Err("give 0, or at least 1ms".to_owned()),
            _ if span > MOST => Err("give at most 24days".to_owned()),
            _ => Ok(Span(span)),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", humantime::format_duration(self.0))
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Duration {
        span.0
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Span;

    #[test]
    fn forms() {
        for (text, wanted) in [
            ("0", 0),
            ("500ms", 500),
            ("5s", 5_000),
            (" 1m 30s ", 90_000),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Span(Duration::from_millis(wanted))),
                "{text}"
            );
        }
        for text in ["", "5", "-1s", "soon", "5 parsecs", "99999999999999999999y"] {
            assert_eq!(
                text.parse::<Span>(),
                Err("give a time such as 500ms, 5s or 1m".to_owned()),
                "{text}"
            );
        }
        assert_eq!(Span(Duration::from_millis(1500)).to_string(), "1s 500ms");
    }
}
