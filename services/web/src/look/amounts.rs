//! Amounts, written straight into the page: a card has five of them.

use std::fmt::{self, Display, Formatter, Write};

use askama::{FastWritable, NO_VALUES, Values};

/// A whole number of dollars, its digits in groups of three: `$1,200`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dollars(pub(crate) i32);

/// A count and its noun, which is singular for 1 alone: `2 Guests`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    count: i64,
    /// With the space before them.
    nouns: &'static str,
}

/// So many of these: the nouns are in the plural that an `s` makes, behind a space, such as ` Guests`.
pub(crate) fn counted(count: i64, nouns: &'static str) -> Counted {
    Counted { count, nouns }
}

impl FastWritable for Dollars {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> askama::Result<()> {
        dest.write_str(if self.0 < 0 { "-$" } else { "$" })?;
        let amount = self.0.unsigned_abs();
        if amount < 1_000 {
            return amount.write_into(dest, values);
        }
        let digits = amount.to_string();
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                dest.write_char(',')?;
            }
            dest.write_char(digit)?;
        }
        Ok(())
    }
}

impl FastWritable for Counted {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> askama::Result<()> {
        self.count.write_into(dest, values)?;
        let nouns = self.nouns;
        let noun = nouns.strip_suffix('s').filter(|_| self.count == 1);
        Ok(dest.write_str(noun.unwrap_or(nouns))?)
    }
}

impl Display for Dollars {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices() {
        for (dollars, wanted) in [
            (0, "$0"),
            (120, "$120"),
            (1_200, "$1,200"),
            (i32::MAX, "$2,147,483,647"),
            (i32::MIN, "-$2,147,483,648"),
        ] {
            assert_eq!(Dollars(dollars).to_string(), wanted);
        }
    }

    #[test]
    fn counts() {
        for (count, wanted) in [
            (1, "1 Guest"),
            (0, "0 Guests"),
            (-1, "-1 Guests"),
            (i64::MIN, "-9223372036854775808 Guests"),
        ] {
            assert_eq!(counted(count, " Guests").to_string(), wanted);
        }
    }
}
