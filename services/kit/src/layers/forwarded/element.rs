//! The field `Forwarded` of RFC 7239, section 4.

use std::borrow::Cow;

use super::node::Node;

/// What one proxy says: an element of the field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Who asked that proxy.
    pub(super) by_whom: Option<Node>,
    /// The scheme it was asked by.
    pub(super) proto: Option<Cow<'a, str>>,
    /// The host it was asked for.
    pub(super) host: Option<Cow<'a, str>>,
    /// Whether it says whom it was asked at, which nobody here needs.
    by: bool,
}

/// Reads one line of the field and appends its elements. Nothing if it is malformed.
pub(super) fn read<'a>(line: &'a str, elements: &mut Vec<Element<'a>>) -> Option<()> {
    for text in split(line, b',') {
        let mut element = Element::default();
        let mut is_empty = true;
        for pair in split(text?, b';') {
            let pair = trim(pair?);
            if !pair.is_empty() {
                element.take(pair)?;
                is_empty = false;
            }
        }
        if !is_empty {
            elements.push(element);
        }
    }
    Some(())
}

impl<'a> Element<'a> {
    /// Takes a pair `name=value`. A name that comes twice is malformed; one that RFC 7239 does not know is passed over.
    fn take(&mut self, pair: &'a str) -> Option<()> {
        let (name, value) = pair.split_once('=')?;
        let value = unquoted(value)?;
        if !is_token(name) {
            None
        } else if name.eq_ignore_ascii_case("for") {
            let node = Node::read(&value)?;
            self.by_whom.replace(node).is_none().then_some(())
        } else if name.eq_ignore_ascii_case("proto") {
            self.proto.replace(value).is_none().then_some(())
        } else if name.eq_ignore_ascii_case("host") {
            self.host.replace(value).is_none().then_some(())
        } else if name.eq_ignore_ascii_case("by") {
            let first = !std::mem::replace(&mut self.by, true);
            (first && Node::read(&value).is_some()).then_some(())
        } else {
            Some(())
        }
    }
}

/// The parts between separators that stand outside of quotes; nothing for one whose quotes do not end.
fn split(text: &str, separator: u8) -> impl Iterator<Item = Option<&str>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let (mut quoted, mut escaped) = (false, false);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if byte == separator && !quoted => {
                    rest = Some(&text[at + 1..]);
                    return Some(Some(&text[..at]));
                }
                _ => {}
            }
        }
        Some((!quoted).then_some(text))
    })
}

/// A value without its quotes: a token, or a quoted string.
fn unquoted(value: &str) -> Option<Cow<'_, str>> {
    let Some(inner) = value.strip_prefix('"') else {
        return is_token(value).then_some(Cow::Borrowed(value));
    };
    let inner = inner.strip_suffix('"')?;
    if !inner.contains(['\\', '"']) {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next()?),
            '"' => return None,
            _ => text.push(character),
        }
    }
    Some(Cow::Owned(text))
}

fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::{Element, read};

    fn elements(line: &str) -> Option<Vec<Element<'_>>> {
        let mut elements = Vec::new();
        read(line, &mut elements).map(|()| elements)
    }

    /// Each element as `for proto host`.
    fn shown(line: &str) -> Option<Vec<String>> {
        let shown = |element: Element<'_>| {
            let node = element.by_whom.map(|node| node.to_string());
            let parts = [
                node,
                element.proto.map(Into::into),
                element.host.map(Into::into),
            ];
            parts
                .map(|part: Option<String>| part.unwrap_or_else(|| "-".to_owned()))
                .join(" ")
        };
        elements(line).map(|elements| elements.into_iter().map(shown).collect())
    }

    #[test]
    fn right_ones() {
        for (line, wanted) in [
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                vec!["192.0.2.60 http -"],
            ),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                vec!["[2001:db8:cafe::17]:4711 - -"],
            ),
            (
                "for=192.0.2.43, for=198.51.100.17",
                vec!["192.0.2.43 - -", "198.51.100.17 - -"],
            ),
            ("for=_gazonk;secret=\"a,b;c\"", vec!["unknown - -"]),
            ("host=\"a.b:80\" ; PROTO=https", vec!["- https a.b:80"]),
            ("host=\"a\\\"b\\\\\"", vec!["- - a\"b\\"]),
            (" ,, for=unknown ;; ,", vec!["unknown - -"]),
            ("", vec![]),
        ] {
            let wanted = wanted.into_iter().map(str::to_owned).collect();
            assert_eq!(shown(line), Some(wanted), "{line}");
        }
    }

    #[test]
    fn malformed_ones() {
        for line in [
            "for",
            "for=",
            "=1.1.1.1",
            "for=192.0.2.1:80",
            "for=2001:db8::1",
            "for=\"2001:db8::1\"",
            "for=\"192.0.2.1",
            "for=\"192.0.2.1\\\"",
            "for=192.0.2.1\"",
            "for=192.0.2.1;for=192.0.2.2",
            "proto=http;Proto=http",
            "by=1.1.1.1;by=1.1.1.1",
            "by=nobody",
            "for =192.0.2.1",
            "for= 192.0.2.1",
            "for=192.0.2.1 proto=http",
            "host=a/b",
        ] {
            assert_eq!(shown(line), None, "{line}");
        }
    }

    #[test]
    fn long_lines() {
        let line = vec!["for=192.0.2.1"; 700].join(",");
        assert_eq!(elements(&line).unwrap().len(), 700);
        let quotes = format!("for=\"{}", "\\\"".repeat(5_000));
        assert_eq!(elements(&quotes), None);
    }
}
