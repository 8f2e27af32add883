//! Times and sizes as nginx writes them (`ngx_parse_time`, `ngx_parse_size`).

use std::time::Duration;

use kit::config::{Size, Span};

/// A time such as `65s`, `800ms` or `1m 30s`; a number alone is seconds.
pub(super) fn time(text: &str) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest[..digits].parse().ok()?;
        let after = &rest[digits..];
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        sum += unit(&after[..letters])?.checked_mul(number)?;
        rest = after[letters..].trim_start();
    }
    (!text.trim().is_empty()).then_some(sum)
}

fn unit(name: &str) -> Option<Duration> {
    let seconds = match name {
        "ms" => return Some(Duration::from_millis(1)),
        "" | "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        "M" => 30 * 24 * 60 * 60,
        "y" => 365 * 24 * 60 * 60,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// Bytes, such as `1m`, `64k` or `1048576`.
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let scale = match &text[digits..] {
        "" => 1,
        "k" | "K" => 1 << 10,
        "m" | "M" => 1 << 20,
        "g" | "G" => 1 << 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(scale)
}

/// The same time in whole milliseconds, as short as may be.
pub(super) fn time_text(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_millis()),
    }
}

/// The same number of bytes, as short as may be.
pub(super) fn size_text(size: Size) -> String {
    let Size(bytes) = size;
    match bytes {
        _ if bytes > 0 && bytes.is_multiple_of(1 << 20) => format!("{}m", bytes >> 20),
        _ if bytes > 0 && bytes.is_multiple_of(1 << 10) => format!("{}k", bytes >> 10),
        _ => bytes.to_string(),
    }
}

/// How long nginx waits for an hbnb that gives itself `request_timeout`: somewhat longer, so that hbnb is the one to
/// answer. An hbnb that takes any time gets a day.
pub(super) fn patience(request_timeout: Span) -> Duration {
    match request_timeout.0 {
        Duration::ZERO => Duration::from_secs(24 * 60 * 60),
        limit => limit + Duration::from_secs(5),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit::config::Size;

    use super::{size, size_text, time, time_text};

    #[test]
    fn times() {
        for (text, milliseconds) in [
            ("65s", 65_000),
            ("800ms", 800),
            ("1m 30s", 90_000),
            ("1h5m", 3_900_000),
            ("75", 75_000),
            ("0", 0),
        ] {
            assert_eq!(
                time(text),
                Some(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["", "s", "5 parsecs", "-1s", "$timeout", "99999999999s"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(time_text(Duration::from_millis(800)), "800ms");
        assert_eq!(time_text(Duration::from_secs(65)), "65s");
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("1m", 1 << 20),
            ("64K", 65_536),
            ("7", 7),
            ("0", 0),
            ("2g", 2 << 30),
        ] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "m", "1mb", "1.5m", "-1"] {
            assert_eq!(size(text), None, "{text}");
        }
        for (bytes, text) in [(1 << 20, "1m"), (65_536, "64k"), (1_500, "1500"), (0, "0")] {
            assert_eq!(size_text(Size(bytes)), text);
        }
    }
}
