//! Which file a path asks for.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The name below `/static/` with its escapes read. None if no file can have it: an empty or hidden part (so `..` too),
/// a separator in disguise, a control character.
pub(crate) fn of(path: &str) -> Option<Cow<'_, str>> {
    let raw = path.strip_prefix("/static/")?;
    let name: Cow<'_, str> = if raw.contains('%') {
        let parts: Option<Vec<_>> = raw.split('/').map(decoded).collect();
        parts?.join("/").into()
    } else {
        raw.into()
    };
    name.split('/').all(is_part).then_some(name)
}

fn decoded(part: &str) -> Option<Cow<'_, str>> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (!text.contains('/')).then_some(text)
}

fn is_part(part: &str) -> bool {
    let is_odd = |c: char| c == '\\' || c.is_control();
    !part.is_empty() && !part.starts_with('.') && !part.contains(is_odd)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn names() {
        for (path, name) in [
            ("/static/styles/4-common.css", "styles/4-common.css"),
            ("/static/styles/4%2dcommon%2Ecss", "styles/4-common.css"),
            ("/static/caf%C3%A9.txt", "caf\u{e9}.txt"),
            ("/static/%252e%252e/x", "%2e%2e/x"),
        ] {
            assert_eq!(of(path).as_deref(), Some(name), "{path}");
        }
    }

    #[test]
    fn ways_out() {
        for path in [
            "/static",
            "/static/",
            "/other/x.css",
            "/static/../Cargo.toml",
            "/static/styles/../../Cargo.toml",
            "/static/%2e%2e/Cargo.toml",
            "/static/.%2E/Cargo.toml",
            "/static/styles%2f4-common.css",
            "/static/..%2fCargo.toml",
            "/static/..%5cCargo.toml",
            "/static/..\\Cargo.toml",
            "/static//etc/passwd",
            "/static/styles//4-common.css",
            "/static/styles/",
            "/static/.git/config",
            "/static/./styles/4-common.css",
            "/static/styles/4-common.css%00",
            "/static/%0a",
            "/static/%ff",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
