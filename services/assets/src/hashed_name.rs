//! Names that hold a hash of the content: `styles/site.css` is `styles/site.0123456789abcdef.css` too.
//!
//! The build scripts take this file in as well, so that there is one form of these names.

/// Hexadecimal digits of a hash in a name.
pub(crate) const DIGITS: usize = 16;

/// The name that says which content is meant.
pub(crate) fn with_hash(path: &str, hash: &str) -> String {
    let (stem, extension) = split(path);
    format!("{stem}.{hash}{extension}")
}

/// The plain name, if `path` has the form of a name with some hash.
pub(crate) fn without_hash(path: &str) -> Option<String> {
    let (front, extension) = split(path);
    let (stem, hash) = front.rsplit_once('.')?;
    let is_hash = hash.len() == DIGITS
        && hash
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_hash && !stem.is_empty() && !stem.ends_with('/')).then(|| format!("{stem}{extension}"))
}

/// Cuts before the dot of the extension, or at the end if there is none.
fn split(path: &str) -> (&str, &str) {
    let file = path.rfind('/').map_or(0, |slash| slash + 1);
    let dot = path[file..].rfind('.').map_or(path.len(), |dot| file + dot);
    path.split_at(dot)
}

#[cfg(test)]
mod tests {
    use super::{with_hash, without_hash};

    const HASH: &str = "0123456789abcdef";

    #[test]
    fn there_and_back() {
        for (plain, hashed) in [
            ("styles/site.css", "styles/site.0123456789abcdef.css"),
            ("jquery.min.js", "jquery.min.0123456789abcdef.js"),
            ("a.b/readme.txt", "a.b/readme.0123456789abcdef.txt"),
        ] {
            assert_eq!(with_hash(plain, HASH), hashed);
            assert_eq!(without_hash(hashed).as_deref(), Some(plain));
        }
    }

    #[test]
    fn other_names() {
        for name in [
            "styles/site.css",
            "site.0123456789ABCDEF.css",
            "site.0123456789abcde.css",
            "site.0123456789abcdef",
            ".0123456789abcdef.css",
            "a/.0123456789abcdef.css",
        ] {
            assert_eq!(without_hash(name), None, "{name}");
        }
    }
}
