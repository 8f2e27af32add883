//! JSON in and out, in the form of the originals.

mod body;
mod fields;

pub(crate) use body::Body;
pub(crate) use fields::Fields;

use std::io;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::ser::Formatter;

use crate::error::Error;

pub(crate) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/json");

/// An answer in JSON: compact, all but ASCII escaped, a newline at the end.
pub(crate) struct Json<T>(pub(crate) StatusCode, pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(512);
        match write(&mut body, &self.1) {
            Ok(()) => {
                body.push(b'\n');
                (self.0, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
            }
            Err(error) => Error::Internal(error.into()).into_response(),
        }
    }
}

/// Appends the value's text.
pub(crate) fn write<T: Serialize>(out: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Ascii))
}

/// Writes what is outside ASCII as `\uXXXX`, as Python does by default.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut characters = tail.chars();
            let mut units = [0; 2];
            for unit in characters
                .next()
                .unwrap_or_default()
                .encode_utf16(&mut units)
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_outside_ascii_is_escaped_as_utf_16() {
        let mut out = Vec::new();
        write(&mut out, &"a é \u{1F3E1} \" \n \u{7f}").unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"a \\u00e9 \\ud83c\\udfe1 \\\" \\n \u{7f}\""
        );
    }
}
