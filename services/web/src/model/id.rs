//! What the API's things are told apart by.

use std::fmt::{self, Display, Formatter, Write};
use std::ops::Deref;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::text::is_plain;

/// An id, which nothing of means anything to HTML: a page writes some hundreds of them as they are.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Id(String);

impl Id {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let id = String::deserialize(deserializer)?;
        match is_plain(&id) {
            true => Ok(Id(id)),
            false => Err(D::Error::custom("an id with a character of HTML")),
        }
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.0
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl FastWritable for Id {
    fn write_into(&self, dest: &mut dyn Write, _: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(self)?)
    }
}

impl HtmlSafe for Id {}

impl Display for Id {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain() {
        let read = |json: &str| serde_json::from_str::<Id>(json);
        let id = "\"0de30de3-0de3-4de3-8005-000000000047\"";
        assert_eq!(format!("\"{}\"", read(id).unwrap()), id);
        for odd in ["\"a\\\"b\"", "\"<b>\"", "\"'\"", "\"&\"", "7"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
