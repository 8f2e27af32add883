//! Texts of people, which pages show as they are.

use std::fmt::{self, Display, Formatter, Write};
use std::ops::Deref;

use askama::filters::{Escaper, Html, HtmlSafe};
use askama::{FastWritable, NO_VALUES, Values};
use serde::Deserialize;

/// A text that is written escaped. Whether HTML means anything by it is looked at when it is read: nearly nothing has to be
/// escaped, and a page has a thousand texts.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(from = "String")]
pub(crate) struct Text {
    text: String,
    is_plain: bool,
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        let is_plain = is_plain(&text);
        Text { text, is_plain }
    }
}

/// The text itself, not escaped.
impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl FastWritable for Text {
    fn write_into(&self, dest: &mut dyn Write, _: &dyn Values) -> askama::Result<()> {
        match self.is_plain {
            true => Ok(dest.write_str(&self.text)?),
            false => Ok(Html.write_escaped_str(dest, &self.text)?),
        }
    }
}

/// The text as HTML.
impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl HtmlSafe for Text {}

/// Whether nothing in the text means anything to HTML.
pub(super) fn is_plain(text: &str) -> bool {
    let is_special = |byte| matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>');
    // To stop at the first would cost the many that have none.
    !text
        .bytes()
        .fold(false, |found, byte| found | is_special(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_askama_escapes() {
        for text in ["", "Loft", "a & b", "<b>\"it's\"</b>", "é <3", "🌻", "x\0y"] {
            let mut escaped = String::new();
            Html.write_escaped_str(&mut escaped, text).unwrap();
            let read: Text = serde_json::from_value(text.into()).unwrap();
            assert_eq!(read.to_string(), escaped);
            assert_eq!(&*read, text);
        }
    }
}
