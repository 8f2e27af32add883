//! Content codings, and which of them a client wants (RFC 9110, 12.5.3).

use axum::http::{HeaderMap, header};

/// How a content is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Brotli,
    Zstd,
    Gzip,
    Identity,
}

impl Coding {
    /// The preferred one first.
    pub(crate) const ALL: [Coding; 4] =
        [Coding::Brotli, Coding::Zstd, Coding::Gzip, Coding::Identity];

    /// The name in `Content-Encoding`.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
            Coding::Gzip => "gzip",
            Coding::Identity => "identity",
        }
    }

    fn named(name: &str) -> Option<Coding> {
        let is_named = |coding: &Coding| name.eq_ignore_ascii_case(coding.token());
        let old = name.eq_ignore_ascii_case("x-gzip").then_some(Coding::Gzip);
        Coding::ALL.into_iter().find(is_named).or(old)
    }
}

/// The codings that a client takes, each with its weight in thousandths. Elements that are malformed do not count.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    named: [Option<u16>; Coding::ALL.len()],
    others: Option<u16>,
}

impl Accepted {
    /// What `Accept-Encoding` says.
    pub(crate) fn read(headers: &HeaderMap) -> Accepted {
        let mut accepted = Accepted::default();
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        let elements = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for element in elements {
            let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
            let Some(weight) = weight(parameters) else {
                continue;
            };
            match name.trim() {
                "*" => accepted.others = Some(weight),
                name => {
                    if let Some(coding) = Coding::named(name) {
                        accepted.named[coding as usize] = Some(weight);
                    }
                }
            }
        }
        accepted
    }

    /// The best of those that there are: the greatest weight, the preferred one among equals. The plain form is what
    /// remains, also for who refuses it and all that there is: it says more than an error.
    pub(crate) fn best(&self, is_there: impl Fn(Coding) -> bool) -> Coding {
        let mut best = (Coding::Identity, 0);
        for coding in Coding::ALL {
            let weight = self.named[coding as usize].or(self.others).unwrap_or(0);
            if weight > best.1 && is_there(coding) {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// The weight among these parameters, 1000 without one; none if it is malformed.
fn weight(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(1000);
    }
    let (name, value) = parameters.split_once('=')?;
    if !name.eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let is_number = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths = format!("{rest:0<3}").parse().ok().filter(|_| is_number)?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Accepted, Coding, weight};

    fn best(values: &[&'static str]) -> &'static str {
        best_of(values, &Coding::ALL)
    }

    fn best_of(values: &[&'static str], there: &[Coding]) -> &'static str {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        let accepted = Accepted::read(&headers);
        accepted.best(|coding| there.contains(&coding)).token()
    }

    #[test]
    fn preference() {
        for (value, wanted) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate, zstd", "zstd"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("GZip ; q=1.0", "gzip"),
            ("*", "br"),
            ("identity, gzip", "gzip"),
            ("deflate", "identity"),
            ("", "identity"),
            (",, gzip ,", "gzip"),
        ] {
            assert_eq!(best(&[value]), wanted, "{value:?}");
        }
        assert_eq!(best(&[]), "identity");
        assert_eq!(best(&["gzip", "br"]), "br");
    }

    #[test]
    fn weights() {
        for (value, wanted) in [
            ("br;q=0.5, gzip;q=0.8", "gzip"),
            ("br;q=0.001, gzip;q=0", "br"),
            ("br;q=0, *", "zstd"),
            ("gzip;q=0.5, *;q=0", "gzip"),
            ("gzip;q=0.5, identity", "identity"),
            ("gzip;q=0.5, *;q=0.6", "br"),
            ("*;q=0", "identity"),
            ("identity;q=0, gzip", "gzip"),
            ("gzip;q=2, zstd", "zstd"),
        ] {
            assert_eq!(best(&[value]), wanted, "{value:?}");
        }
    }

    #[test]
    fn not_all_are_there() {
        let there = [Coding::Gzip, Coding::Identity];
        for (value, wanted) in [
            ("br, gzip;q=0.1", "gzip"),
            ("br, zstd", "identity"),
            ("identity;q=0, br", "identity"),
        ] {
            assert_eq!(best_of(&[value], &there), wanted, "{value:?}");
        }
    }

    #[test]
    fn numbers() {
        for (parameters, wanted) in [
            ("", Some(1000)),
            (" q=1", Some(1000)),
            ("q=1.000", Some(1000)),
            ("Q=0.25", Some(250)),
            ("q=0.", Some(0)),
            ("q=0", Some(0)),
            ("q=1.001", None),
            ("q=0.1234", None),
            ("q=-1", None),
            ("q=.5", None),
            ("q=0.\u{661}", None),
            ("q", None),
            ("level=3", None),
        ] {
            assert_eq!(weight(parameters), wanted, "{parameters}");
        }
    }
}
