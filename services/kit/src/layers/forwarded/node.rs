//! One party on a request's way, as the fields about forwarding name it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A party on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// By its address, with the port if one was told.
    At(IpAddr, Option<u16>),
    /// `unknown`, or a name that means nothing to us (RFC 7239, 6.2 and 6.3).
    Hidden,
}

impl Node {
    /// Reads a node of RFC 7239, 6: an IPv6 address stands in brackets, a port may follow.
    pub(super) fn read(text: &str) -> Option<Node> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (inner, rest) = rest.split_once(']')?;
                let address = inner.parse::<Ipv6Addr>().ok()?.to_canonical();
                return Some(Node::At(address, port_after(rest)?));
            }
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = port_after(port)?;
        if name.eq_ignore_ascii_case("unknown") || is_obfuscated(name) {
            return Some(Node::Hidden);
        }
        let address = name.parse().ok().map(IpAddr::V4)?;
        Some(Node::At(address, port))
    }

    /// Reads an entry of `X-Forwarded-For`, where an IPv6 address often stands without brackets.
    pub(super) fn read_bare(text: &str) -> Option<Node> {
        match text.parse::<IpAddr>() {
            Ok(address) => Some(Node::At(address.to_canonical(), None)),
            Err(_) => Node::read(text),
        }
    }

    pub(super) fn address(self) -> Option<IpAddr> {
        match self {
            Node::At(address, _) => Some(address),
            Node::Hidden => None,
        }
    }
}

/// The port of what follows a name: nothing, or `:` with a number or an obfuscated port.
fn port_after(text: &str) -> Option<Option<u16>> {
    if text.is_empty() {
        return Some(None);
    }
    let port = text.strip_prefix(':')?;
    if is_obfuscated(port) {
        return Some(None);
    }
    let digits = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| port.parse().ok())?.map(Some)
}

/// `_` and at least one letter, digit, `.`, `_` or `-` (RFC 7239, 6.3).
fn is_obfuscated(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.strip_prefix('_')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_part))
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::At(address, None) => write!(f, "{address}"),
            Node::At(IpAddr::V6(address), Some(port)) => write!(f, "[{address}]:{port}"),
            Node::At(address, Some(port)) => write!(f, "{address}:{port}"),
            Node::Hidden => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Node;

    fn shown(text: &str) -> Option<String> {
        Node::read(text).map(|node| node.to_string())
    }

    #[test]
    fn nodes() {
        for (text, wanted) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("192.0.2.1:_secret", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "[2001:db8::1]:4711"),
            ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
            ("unknown", "unknown"),
            ("Unknown:80", "unknown"),
            ("_hidden", "unknown"),
            ("_a.b-c_d:_p", "unknown"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "",
            "localhost",
            "2001:db8::1",
            "[192.0.2.1]",
            "[2001:db8::1",
            "[2001:db8::1]80",
            "192.0.2.1:",
            "192.0.2.1:+80",
            "192.0.2.1:99999",
            "192.0.2.1:000080",
            "192.0.2.256",
            "_",
            "_a b",
            "unknowns",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn bare_addresses() {
        for (text, wanted) in [
            ("2001:db8::1", "2001:db8::1"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(Node::read_bare(text).unwrap().to_string(), wanted);
        }
        assert_eq!(Node::read_bare("2001:db8::1:x"), None);
    }
}
