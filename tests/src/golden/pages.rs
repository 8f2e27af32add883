//! Comparing pages, so that indentation and case do not matter.

use anyhow::{Context, Result};
use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "a constant pattern")]
static SPACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+").expect("it compiles"));
#[expect(clippy::expect_used, reason = "a constant pattern")]
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*(<[^>]*>)\s*").expect("it compiles"));
#[expect(clippy::expect_used, reason = "a constant pattern")]
static LITERAL_BRACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\.|\{[0-9]+(?:,[0-9]*)?\}|\{").expect("it compiles"));

/// Folds white space, drops it beside tags, and forgets the case.
pub(super) fn squeeze(text: &str) -> String {
    let folded = SPACE.replace_all(text, " ");
    TAG.replace_all(&folded, "$1").trim().to_lowercase()
}

/// Whether `text` holds all of `pieces` in their order; the error is the first that is not there.
pub(super) fn in_order<'a>(text: &str, pieces: &[&'a str]) -> Result<(), &'a str> {
    let text = squeeze(text);
    let mut rest = text.as_str();
    for piece in pieces {
        let squeezed = squeeze(piece);
        let at = rest.find(&squeezed).ok_or(*piece)?;
        rest = &rest[at + squeezed.len()..];
    }
    Ok(())
}

/// A search in the manner of Python's `re.S | re.I`, in which the patterns were written.
pub(super) fn finds(pattern: &str, text: &str) -> Result<bool> {
    let regex = RegexBuilder::new(&translated(pattern))
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .with_context(|| format!("cannot read the pattern {pattern:?}"))?;
    Ok(regex.is_match(text))
}

/// Python takes a brace that starts no count as itself, and lets `$` stand before a last line break.
fn translated(pattern: &str) -> String {
    let braces =
        LITERAL_BRACE.replace_all(pattern, |found: &regex::Captures<'_>| match &found[0] {
            "{" => r"\{".to_owned(),
            r"\Z" => r"\z".to_owned(),
            other => other.to_owned(),
        });
    match braces.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => format!(r"{rest}\n?$"),
        _ => braces.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{finds, in_order, squeeze};

    #[test]
    fn squeezes() {
        assert_eq!(
            squeeze("<UL>\n  <li> A  b </li>\n</UL>\n"),
            "<ul><li>a b</li></ul>"
        );
    }

    #[test]
    fn orders() {
        assert_eq!(in_order("<p>one</p> two", &["ONE", "two"]), Ok(()));
        assert_eq!(in_order("one two", &["two", "one"]), Err("one"));
        assert_eq!(in_order("one", &["one", "one"]), Err("one"));
    }

    #[test]
    fn patterns_of_python() {
        assert!(finds(r"Not\ a\ JSON", r#"{"error":"Not a json"}"#).unwrap());
        assert!(!finds(r"Not\ a\ JSON", "Not  a JSON").unwrap());
        assert!(finds(r#"^\{\"id\":\"[^\"]+\"\}$"#, "{\"id\":\"x\"}\n").unwrap());
        assert!(!finds(r"^a$", "a\nb").unwrap());
        assert!(finds("a.{1,2}b{c}", "a\n\nb{c}").unwrap());
        assert!(finds(r"x\{8\}\Z", "x{8}").unwrap());
        assert!(!finds(r"x\$", "x").unwrap());
        assert!(finds("(?=lookahead)", "x").is_err());
    }
}
