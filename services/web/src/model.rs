//! What the API tells, as far as pages show it.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Sorted by name; there if asked for.
    #[serde(default)]
    pub(crate) cities: Vec<City>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct City {
    pub(crate) id: String,
    pub(crate) name: String,
    /// There if asked for.
    pub(crate) state: Option<Box<State>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Amenity {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// UTC, `YYYY-MM-DDTHH:MM:SS` and perhaps microseconds.
    pub(crate) created_at: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) number_rooms: i32,
    pub(crate) number_bathrooms: i32,
    pub(crate) max_guest: i32,
    pub(crate) price_by_night: i32,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) city_id: String,
    pub(crate) user_id: String,
    /// These are there if asked for.
    pub(crate) user: Option<User>,
    pub(crate) city: Option<City>,
    pub(crate) state: Option<State>,
    #[serde(default)]
    pub(crate) amenities: Vec<Amenity>,
    pub(crate) review_count: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Review {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) created_at: String,
    pub(crate) place_id: String,
    /// These are there if asked for.
    pub(crate) user: Option<User>,
    pub(crate) place: Option<Place>,
}

impl User {
    /// First and last name, or what there is of them; without a name, what stands before the at sign of the e-mail.
    pub(crate) fn name(&self) -> String {
        let names = [&self.first_name, &self.last_name];
        let names: Vec<&str> = names
            .into_iter()
            .flatten()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        match names.is_empty() {
            true => self.email.split('@').next().unwrap_or_default().to_owned(),
            false => names.join(" "),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::User;

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
            assert_eq!(user.name(), wanted);
        }
    }
}
