//! Time, read in one place.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteArgumentValue, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

/// A moment in UTC, in whole microseconds since 1970, between the years 1 and 9999.
///
/// Its text is `YYYY-MM-DDTHH:MM:SS` and, unless they are zero, a dot and six digits of microseconds; no zone. That is
/// Python's `datetime.isoformat()`, which the clients of the originals expect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

/// The text is not a time.
#[derive(Debug, thiserror::Error)]
#[error(
    "a time is written YYYY-MM-DDTHH:MM:SS, with or without six digits of microseconds after a dot"
)]
pub struct NotATime;

/// 0001-01-01T00:00:00 and 9999-12-31T23:59:59.999999, the range of Python's `datetime`.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

impl Timestamp {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now() -> Timestamp {
        Timestamp(Utc::now().timestamp_micros())
    }

    /// The first moment of 1970.
    pub(crate) const EPOCH: Timestamp = Timestamp(0);

    /// The moment so many microseconds later, or the last of the year 9999.
    pub(crate) fn saturating_add(self, micros: u64) -> Timestamp {
        Timestamp(self.0.saturating_add_unsigned(micros).min(*RANGE.end()))
    }

    /// The moment so many microseconds after 1970; none outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Timestamp> {
        RANGE.contains(&micros).then_some(Timestamp(micros))
    }

    /// The text with six digits of microseconds even when they are zero: the only form that the originals read.
    pub fn to_long_string(self) -> String {
        self.naive().format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
    }

    fn naive(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.0)
            .unwrap_or_default()
            .naive_utc()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.0 % 1_000_000 == 0 {
            "%Y-%m-%dT%H:%M:%S"
        } else {
            "%Y-%m-%dT%H:%M:%S%.6f"
        };
        self.naive().format(form).fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Timestamp, NotATime> {
        let whole =
            matches!(text.len(), 19 | 26) && text.as_bytes().get(19).is_none_or(|b| *b == b'.');
        if !whole || text.bytes().any(|b| b == b'+' || b.is_ascii_whitespace()) {
            return Err(NotATime);
        }
        let time =
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map_err(|_| NotATime)?;
        // A leap second would pass through chrono as the 1,000,001st microsecond; it has no text of its own here.
        if text.get(17..19) == Some("60") {
            return Err(NotATime);
        }
        Timestamp::from_micros(time.and_utc().timestamp_micros()).ok_or(NotATime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Timestamp {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <DateTime<Utc> as Encode<Postgres>>::encode(self.naive().and_utc(), buffer)
    }
}

impl Decode<'_, Postgres> for Timestamp {
    fn decode(value: PgValueRef<'_>) -> Result<Timestamp, BoxDynError> {
        let time = <DateTime<Utc> as Decode<Postgres>>::decode(value)?;
        Ok(Timestamp::from_micros(time.timestamp_micros()).ok_or(NotATime)?)
    }
}

impl Type<Sqlite> for Timestamp {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for Timestamp {
    fn encode_by_ref(
        &self,
        buffer: &mut Vec<SqliteArgumentValue<'q>>,
    ) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Sqlite>>::encode_by_ref(&self.0, buffer)
    }
}

impl Decode<'_, Sqlite> for Timestamp {
    fn decode(value: SqliteValueRef<'_>) -> Result<Timestamp, BoxDynError> {
        Ok(Timestamp::from_micros(<i64 as Decode<Sqlite>>::decode(value)?).ok_or(NotATime)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Timestamp>()
            .map_or_else(|e| e.to_string(), |t| t.to_string())
    }

    #[test]
    fn the_fraction_is_written_only_when_it_is_not_zero() {
        assert_eq!(
            shown("2017-09-28T21:05:54.119427"),
            "2017-09-28T21:05:54.119427"
        );
        assert_eq!(shown("2017-09-28T21:05:54.000000"), "2017-09-28T21:05:54");
        assert_eq!(shown("2017-09-28T21:05:54"), "2017-09-28T21:05:54");
        assert_eq!(
            shown("1969-12-31T23:59:59.999999"),
            "1969-12-31T23:59:59.999999"
        );
        let whole: Timestamp = "2017-09-28T21:05:54".parse().unwrap();
        assert_eq!(whole.to_long_string(), "2017-09-28T21:05:54.000000");
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "2017-09-28",
            "2017-09-28 21:05:54",
            "2017-09-28T21:05:54Z",
            "2017-09-28T21:05:54.1",
            "2017-13-28T21:05:54",
            "2017-09-28T21:05:60",
            "+017-09-28T21:05:54",
            "2017-09-28T21:05:54,119427",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back(micros in RANGE) {
            let time = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
            prop_assert_eq!(time.to_long_string().parse::<Timestamp>().unwrap(), time);
        }

        #[test]
        fn any_text_is_a_time_or_refused(text in "\\PC{0,30}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
