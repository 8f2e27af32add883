//! Amounts, written straight into the page: a card has five of them.

use std::fmt::{self, Display, Formatter, Write};

use askama::filters::HtmlSafe;
use askama::{FastWritable, NO_VALUES, Values};

/// A whole number of dollars, its digits in groups of three: `$1,200`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dollars(pub(crate) i32);

/// A count and its noun, which is singular for 1 alone: `2 Guests`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted(pub(crate) i64, pub(crate) &'static Noun);

/// What is counted. Most counts are small: they are there as they are written.
#[derive(Debug)]
pub(crate) struct Noun {
    few: [&'static str; 10],
    /// Behind any greater count.
    many: &'static str,
}

macro_rules! noun {
    ($one:literal) => {
        Noun {
            few: [
                concat!("0 ", $one, "s"),
                concat!("1 ", $one),
                concat!("2 ", $one, "s"),
                concat!("3 ", $one, "s"),
                concat!("4 ", $one, "s"),
                concat!("5 ", $one, "s"),
                concat!("6 ", $one, "s"),
                concat!("7 ", $one, "s"),
                concat!("8 ", $one, "s"),
                concat!("9 ", $one, "s"),
            ],
            many: concat!(" ", $one, "s"),
        }
    };
}

pub(crate) static BATHROOMS: Noun = noun!("Bathroom");
pub(crate) static BEDROOMS: Noun = noun!("Bedroom");
pub(crate) static GUESTS: Noun = noun!("Guest");
pub(crate) static PLACES: Noun = noun!("place");
pub(crate) static REVIEWS: Noun = noun!("review");

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
        let Counted(count, noun) = self;
        let few = usize::try_from(*count).ok();
        if let Some(written) = few.and_then(|count| noun.few.get(count)) {
            return Ok(dest.write_str(written)?);
        }
        count.write_into(dest, values)?;
        Ok(dest.write_str(noun.many)?)
    }
}

impl HtmlSafe for Dollars {}
impl HtmlSafe for Counted {}

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
            (9, "9 Guests"),
            (10, "10 Guests"),
            (-1, "-1 Guests"),
            (i64::MIN, "-9223372036854775808 Guests"),
        ] {
            assert_eq!(Counted(count, &GUESTS).to_string(), wanted);
        }
    }
}
