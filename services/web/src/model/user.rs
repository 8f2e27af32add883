//! People, as pages name them.

use serde::Deserialize;

use super::{Id, Text};

#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Fields")]
pub(crate) struct User {
    pub(crate) id: Id,
    /// First and last name, or what there is of them; without a name, what stands before the at sign of the e-mail.
    pub(crate) name: Text,
    /// The letter or digit that stands for them, which the style sheet makes a capital where there are such.
    pub(crate) initial: char,
    /// UTC, `YYYY-MM-DDTHH:MM:SS` and perhaps microseconds.
    pub(crate) created_at: String,
}

/// What the API tells of a user.
#[derive(Deserialize)]
struct Fields {
    id: Id,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    created_at: String,
}

impl From<Fields> for User {
    fn from(fields: Fields) -> User {
        let names = [&fields.first_name, &fields.last_name].map(|name| {
            let name = name.as_deref().map(str::trim);
            name.filter(|name| !name.is_empty())
        });
        let name = match names {
            [Some(first), Some(last)] => [first, " ", last].concat(),
            [Some(name), None] | [None, Some(name)] => name.to_owned(),
            [None, None] => fields
                .email
                .split('@')
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        User {
            id: fields.id,
            initial: name.chars().find(|c| c.is_alphanumeric()).unwrap_or('?'),
            name: name.into(),
            created_at: fields.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::User;

    #[test]
    fn names() {
        for (first, last, wanted, initial) in [
            (Some("Grace"), Some("Hopper"), "Grace Hopper", 'G'),
            (None, Some("Hopper"), "Hopper", 'H'),
            (Some(" "), None, "g.hopper", 'g'),
            (Some(" zoë "), Some("Hopper "), "zoë Hopper", 'z'),
            (Some("\"Ace\" Tom"), None, "\"Ace\" Tom", 'A'),
            (Some("さくら"), None, "さくら", 'さ'),
            (Some("🌻"), None, "🌻", '?'),
        ] {
            let user = json!({
                "id": "1", "email": "g.hopper@navy.example", "first_name": first, "last_name": last,
                "created_at": "2017-01-01T00:00:00",
            });
            let user: User = serde_json::from_value(user).unwrap();
            assert_eq!((&*user.name, user.initial), (wanted, initial));
        }
    }
}
