//! How things look that have no picture and no words of their own: colours, scenes, dates, prices.

use std::fmt::Display;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Which of the style sheet's eight colours belongs to an id.
pub(crate) fn tone(id: &str) -> u32 {
    mixed(id) % 8
}

/// Which of the six landscapes belongs to an id.
pub(crate) fn scene(id: &str) -> u32 {
    mixed(id) / 8 % 6
}

/// FNV-1a: the same on every machine and in every release.
fn mixed(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash ^ (hash >> 15)
}

/// The day of one of the API's times, such as `27 January 2017`; the text as it is if it is none.
pub(crate) fn date(time: &str) -> String {
    match parts(time) {
        Some((year, month, day)) => format!("{day} {month} {year}"),
        None => time.to_owned(),
    }
}

/// The same for programs: `2017-01-27`. HTML has no times with microseconds.
pub(crate) fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

/// The same without the day, such as `January 2017`.
pub(crate) fn month(time: &str) -> String {
    match parts(time) {
        Some((year, month, _)) => format!("{month} {year}"),
        None => time.to_owned(),
    }
}

fn parts(time: &str) -> Option<(&str, &'static str, u8)> {
    let mut parts = time.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = month.parse::<usize>().ok()?.checked_sub(1)?;
    Some((year, MONTHS.get(month)?, day.parse().ok()?))
}

/// A whole number of dollars, its digits in groups of three: `$1,200`.
pub(crate) fn dollars(amount: i32) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::from(if amount < 0 { "-$" } else { "$" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun, which is singular for 1 alone: `2 Guests`.
pub(crate) fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    let end = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// A latitude such as `37.7740° N`: four digits tell ten metres.
pub(crate) fn latitude(degrees: f64) -> String {
    coordinate(degrees, "N", "S")
}

/// A longitude such as `122.4310° W`.
pub(crate) fn longitude(degrees: f64) -> String {
    coordinate(degrees, "E", "W")
}

fn coordinate(degrees: f64, positive: &str, negative: &str) -> String {
    let side = if degrees < 0.0 { negative } else { positive };
    format!("{:.4}° {side}", degrees.abs())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn dates() {
        assert_eq!(date("2017-01-27T09:05:54.119427"), "27 January 2017");
        assert_eq!(day("2017-01-27T09:05:54.119427"), "2017-01-27");
        assert_eq!(month("2017-12-03T00:00:00"), "December 2017");
        assert_eq!(date("2017-13-03"), "2017-13-03");
        assert_eq!(date("soon"), "soon");
    }

    #[test]
    fn prices() {
        assert_eq!(dollars(0), "$0");
        assert_eq!(dollars(120), "$120");
        assert_eq!(dollars(1_200), "$1,200");
        assert_eq!(dollars(i32::MAX), "$2,147,483,647");
        assert_eq!(dollars(-1_200), "-$1,200");
    }

    #[test]
    fn counts() {
        assert_eq!(counted(1, "Guest"), "1 Guest");
        assert_eq!(counted(0, "Guest"), "0 Guests");
        assert_eq!(counted(-1, "Guest"), "-1 Guests");
    }

    #[test]
    fn coordinates() {
        assert_eq!(latitude(37.773_972), "37.7740° N");
        assert_eq!(longitude(-122.431_297), "122.4313° W");
    }

    #[test]
    fn looks_are_spread_over_all_there_are() {
        let ids = || (0..400).map(|n| format!("{n:08x}-0000-4000-8000-000000000000"));
        for look in 0..8 {
            assert!(ids().filter(|id| tone(id) == look).count() > 20);
        }
        for look in 0..6 {
            assert!(ids().filter(|id| scene(id) == look).count() > 30);
        }
        let pairs: BTreeSet<_> = ids().map(|id| (tone(&id), scene(&id))).collect();
        assert_eq!(pairs.len(), 48);
    }
}
