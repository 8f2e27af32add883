//! Names of people, written straight into the page.

use std::char::ToUppercase;
use std::fmt::{self, Display, Formatter, Write};

use askama::{FastWritable, NO_VALUES, Values};

/// A name, and one more with a space between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(pub(super) &'a str, pub(super) Option<&'a str>);

/// The letter that stands for somebody, a capital where there are such.
#[derive(Clone, Debug)]
pub(crate) enum Initial {
    Latin(char),
    Other(Option<ToUppercase>),
}

/// A name without what surrounds it, if it says something.
pub(super) fn told(name: &str) -> Option<&str> {
    // Nearly all names are told as they are, which a look at both ends shows.
    if let [first, .., last] = name.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return Some(name);
    }
    Some(name.trim()).filter(|name| !name.is_empty())
}

impl Name<'_> {
    /// Its first letter or digit.
    pub(super) fn initial(self) -> Initial {
        let Name(first, second) = self;
        if let Some(letter) = first.bytes().next().filter(u8::is_ascii_alphanumeric) {
            return Initial::Latin(letter.to_ascii_uppercase().into());
        }
        let mut letters = first.chars().chain(second.unwrap_or_default().chars());
        let letter = letters.find(|letter| letter.is_alphanumeric());
        Initial::Other(letter.map(char::to_uppercase))
    }
}

impl FastWritable for Name<'_> {
    fn write_into(&self, dest: &mut dyn Write, _: &dyn Values) -> askama::Result<()> {
        dest.write_str(self.0)?;
        if let Some(second) = self.1 {
            dest.write_char(' ')?;
            dest.write_str(second)?;
        }
        Ok(())
    }
}

impl FastWritable for Initial {
    fn write_into(&self, dest: &mut dyn Write, _: &dyn Values) -> askama::Result<()> {
        match self {
            Initial::Latin(letter) => Ok(dest.write_char(*letter)?),
            Initial::Other(Some(letters)) => Ok(letters
                .clone()
                .try_for_each(|letter| dest.write_char(letter))?),
            Initial::Other(None) => Ok(dest.write_char('?')?),
        }
    }
}

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl Display for Initial {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::User;

    #[test]
    fn names() {
        for (first, last, wanted) in [
            (Some("Grace"), Some("Hopper"), "Grace Hopper"),
            (None, Some("Hopper"), "Hopper"),
            (Some(" "), None, "g"),
        ] {
            let user = json!({
                "id": "1", "email": "g@navy.example", "first_name": first, "last_name": last,
                "created_at": "2017-01-01T00:00:00",
            });
            let user: User = serde_json::from_value(user).unwrap();
            assert_eq!(user.name().to_string(), wanted);
        }
    }

    #[test]
    fn initials() {
        for (name, wanted) in [
            ("zoë", "Z"),
            ("さくら", "さ"),
            ("\"Ace\" Tom", "A"),
            ("ßen", "SS"),
            ("🌻", "?"),
        ] {
            let user = json!({
                "id": "1", "email": "", "first_name": name, "last_name": null, "created_at": "2017-01-01T00:00:00",
            });
            let user: User = serde_json::from_value(user).unwrap();
            assert_eq!(user.initial().to_string(), wanted);
        }
    }
}
