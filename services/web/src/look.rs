//! How things look that have no picture and no words of their own: colours, scenes, dates, positions, amounts.

mod amounts;
mod pictures;

pub(crate) use amounts::{BATHROOMS, BEDROOMS, Counted, Dollars, GUESTS, PLACES, REVIEWS};
pub(crate) use pictures::{CHECK, DOWN, PIN, SCENES, SEARCH};

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

const TONES: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// Which of the style sheet's eight colours belongs to an id.
pub(crate) fn tone(id: &str) -> &'static str {
    TONES[look(id) % TONES.len()]
}

/// The one of the six landscapes that belongs to an id, in the id's colour.
pub(crate) fn picture(id: &str) -> &'static str {
    let look = look(id);
    SCENES[look / TONES.len() % SCENES.len()][look % TONES.len()]
}

/// One of all pairs of a colour and a landscape, of the beginning of an id and its end: a page asks for hundreds of them.
/// The same on every machine.
fn look(id: &str) -> usize {
    let mix = |hash: u64, word: u64| {
        let hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^ (hash >> 32)
    };
    let id = id.as_bytes();
    let [first, last] = match (id.first_chunk::<8>(), id.last_chunk::<8>()) {
        (Some(first), Some(last)) => [first, last].map(|word| u64::from_le_bytes(*word)),
        _ => id.iter().fold([0; 2], |[first, last], byte| {
            [first, last << 8 | u64::from(*byte)]
        }),
    };
    // A product carries upwards only: the last mixing brings what differs in the last letters down to all bits.
    let hash = [first, last, 0].into_iter().fold(0, mix);
    let looks = (TONES.len() * SCENES.len()) as u64;
    usize::try_from((hash >> 32) % looks).unwrap_or_default()
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
    fn coordinates() {
        assert_eq!(latitude(37.773_972), "37.7740° N");
        assert_eq!(longitude(-122.431_297), "122.4313° W");
    }

    #[test]
    fn looks_are_spread_over_all_there_are() {
        // Ids that differ at their beginning, and at their end as those of the demo data do.
        for id in [
            |n: u32| format!("{n:08x}-0000-4000-8000-000000000000"),
            |n: u32| format!("0de30de3-0de3-4de3-8005-{n:012}"),
        ] {
            let ids = || (0..400).map(id);
            for look in TONES {
                assert!(ids().filter(|id| tone(id) == look).count() > 20);
            }
            let pictures: BTreeSet<_> = ids().map(|id| picture(&id)).collect();
            assert_eq!(pictures, SCENES.into_iter().flatten().collect());
            assert!(ids().all(|id| picture(&id).contains(&format!(" tone-{}\"", tone(&id)))));
        }
    }
}
