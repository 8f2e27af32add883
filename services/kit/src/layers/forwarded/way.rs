//! The way that a request has come, told by one family of fields.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, header};

use super::element::{self, Element};
use super::node::Node;
use crate::config::Networks;
use crate::layers::strict::is_host;

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(super) const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

pub(super) const MALFORMED: &str = "the field Forwarded is malformed";
const MALFORMED_X: [&str; 3] = [
    "the field X-Forwarded-For is malformed",
    "the field X-Forwarded-Proto is malformed",
    "the field X-Forwarded-Host is malformed",
];

/// What the trusted proxies of one family of fields say; nothing for what they leave out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) client: Option<Node>,
    pub(super) scheme: Option<&'static str>,
    pub(super) host: Option<Box<str>>,
}

impl Way {
    /// The way by `Forwarded`. Each element was written by the party that the element to its right names, the last by our
    /// peer; so those up to the first that is not trusted are believed.
    pub(super) fn standard(headers: &HeaderMap, trusted: &Networks) -> Result<Way, &'static str> {
        let mut elements = Vec::new();
        for line in headers.get_all(header::FORWARDED) {
            let line = line.to_str().map_err(|_| MALFORMED)?;
            element::read(line, &mut elements).ok_or(MALFORMED)?;
        }
        let mut way = Way::default();
        let mut believed = true;
        for element in elements.iter().rev() {
            let (scheme, host) = checked(element).ok_or(MALFORMED)?;
            if !believed {
                continue;
            }
            way.scheme = way.scheme.or(scheme);
            way.host = way.host.or_else(|| host.map(Into::into));
            let node = element.by_whom.unwrap_or(Node::Hidden);
            way.client = Some(node);
            believed = is_trusted(node, trusted);
        }
        Ok(way)
    }

    /// The way by `X-Forwarded-For`; `-Proto` and `-Host` say one thing each, or a list whose last word is the nearest
    /// proxy's.
    pub(super) fn by_custom(headers: &HeaderMap, trusted: &Networks) -> Result<Way, &'static str> {
        let [bad_client, bad_scheme, bad_host] = MALFORMED_X;
        let mut way = Way::default();
        let mut believed = true;
        for line in headers.get_all(X_FORWARDED_FOR).iter().rev() {
            let line = line.to_str().map_err(|_| bad_client)?;
            for entry in line
                .rsplit(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
            {
                let node = Node::read_bare(entry).ok_or(bad_client)?;
                if believed {
                    way.client = Some(node);
                    believed = is_trusted(node, trusted);
                }
            }
        }
        if let Some(word) = last_word(headers, &X_FORWARDED_PROTO, bad_scheme)? {
            way.scheme = Some(scheme(word).ok_or(bad_scheme)?);
        }
        if let Some(word) = last_word(headers, &X_FORWARDED_HOST, bad_host)? {
            way.host = Some(
                is_host(word.as_bytes())
                    .then(|| word.into())
                    .ok_or(bad_host)?,
            );
        }
        Ok(way)
    }

    /// Both families together; nothing if they say different things.
    pub(super) fn agreed(self, other: Way) -> Option<Way> {
        let address = |way: &Way| way.client.map(Node::address);
        let agree = agree(&address(&self), &address(&other))
            && agree(&self.scheme, &other.scheme)
            && agree(&self.host, &other.host);
        agree.then(|| Way {
            client: self.client.or(other.client),
            scheme: self.scheme.or(other.scheme),
            host: self.host.or(other.host),
        })
    }
}

fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

fn is_trusted(node: Node, trusted: &Networks) -> bool {
    node.address()
        .is_some_and(|address| trusted.contain(address))
}

/// Scheme and host of an element; nothing if one of them is no such thing.
fn checked<'a>(element: &'a Element<'_>) -> Option<(Option<&'static str>, Option<&'a str>)> {
    let scheme = match element.proto.as_ref() {
        Some(word) => Some(scheme(word)?),
        None => None,
    };
    let host = element.host.as_ref().map(Cow::as_ref);
    let right = host.is_none_or(|host| !host.is_empty() && is_host(host.as_bytes()));
    right.then_some((scheme, host))
}

fn scheme(word: &str) -> Option<&'static str> {
    ["http", "https"]
        .into_iter()
        .find(|scheme| word.eq_ignore_ascii_case(scheme))
}

fn last_word<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    problem: &'static str,
) -> Result<Option<&'a str>, &'static str> {
    let Some(line) = headers.get_all(name).iter().next_back() else {
        return Ok(None);
    };
    let line = line.to_str().map_err(|_| problem)?;
    let words = line.rsplit(',').map(str::trim);
    Ok(words.into_iter().next().filter(|word| !word.is_empty()))
}
