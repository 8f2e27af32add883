//! The part of a content that a client asks for (RFC 9110, 14.1.2). The crates at hand refuse a suffix that is longer
//! than the content, which means all of it.

use std::ops::Range;

/// What is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: also for several ranges, for other units and for what is malformed.
    Whole,
    /// These bytes, at least one.
    Part(Range<usize>),
    /// Bytes that it does not have.
    Beyond,
}

/// What the value of `Range` asks for of a content of `length` bytes.
pub(crate) fn wanted(value: &str, length: usize) -> Wanted {
    let spec = value
        .split_once('=')
        .filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"))
        .and_then(|(_, spec)| spec.trim().split_once('-'));
    let Some((first, last)) = spec else {
        return Wanted::Whole;
    };
    match (position(first), position(last)) {
        (Some(first), Some(last)) if last < first => Wanted::Whole,
        (Some(first), _) if first >= length && (last.is_empty() || position(last).is_some()) => {
            Wanted::Beyond
        }
        (Some(first), Some(last)) => Wanted::Part(first..length.min(last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Wanted::Part(first..length),
        (None, Some(0)) if first.is_empty() => Wanted::Beyond,
        (None, Some(suffix)) if first.is_empty() && length > 0 => {
            Wanted::Part(length.saturating_sub(suffix)..length)
        }
        _ => Wanted::Whole,
    }
}

/// A number of digits alone; one too large for us is as large as can be.
fn position(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};

    #[test]
    fn parts() {
        for (value, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-4", 2..5),
            ("bytes=2-", 2..10),
            ("bytes=9-99", 9..10),
            ("bytes=0-99999999999999999999999", 0..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("Bytes= 2-4", 2..5),
        ] {
            assert_eq!(wanted(value, 10), Wanted::Part(part), "{value}");
        }
    }

    #[test]
    fn beyond() {
        for value in [
            "bytes=10-",
            "bytes=10-12",
            "bytes=99999999999999999999999-",
            "bytes=-0",
        ] {
            assert_eq!(wanted(value, 10), Wanted::Beyond, "{value}");
        }
        assert_eq!(wanted("bytes=0-", 0), Wanted::Beyond);
    }

    #[test]
    fn whole() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=99-98",
            "bytes=a-b",
            "bytes=12-b",
            "bytes=-1-2",
            "bytes=+1-2",
            "bytes=0-1,4-5",
            "items=0-1",
        ] {
            assert_eq!(wanted(value, 10), Wanted::Whole, "{value}");
        }
        assert_eq!(wanted("bytes=-5", 0), Wanted::Whole);
    }
}
