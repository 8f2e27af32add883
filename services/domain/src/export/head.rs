//! What all classes have.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{ExportError, json};
use crate::{Amenity, City, Id, Place, Review, State, Timestamp, User};

/// A row's class, id and times.
pub(super) struct Head {
    pub(super) class: &'static str,
    pub(super) id: Id,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Head {
    /// The members that the API shows, but the times in the long form: the originals read no other.
    pub(super) fn members<T: Serialize>(&self, row: &T) -> Result<Map<String, Value>, ExportError> {
        let Value::Object(mut members) = json(row)? else {
            return Ok(Map::new());
        };
        let (created, updated) = (self.created_at, self.updated_at);
        members.insert("created_at".into(), created.to_long_string().into());
        members.insert("updated_at".into(), updated.to_long_string().into());
        Ok(members)
    }

    pub(super) fn of_state(state: &State) -> Head {
        Head {
            class: "State",
            id: state.id,
            created_at: state.created_at,
            updated_at: state.updated_at,
        }
    }

    pub(super) fn of_city(city: &City) -> Head {
        Head {
            class: "City",
            id: city.id,
            created_at: city.created_at,
            updated_at: city.updated_at,
        }
    }

    pub(super) fn of_amenity(amenity: &Amenity) -> Head {
        Head {
            class: "Amenity",
            id: amenity.id,
            created_at: amenity.created_at,
            updated_at: amenity.updated_at,
        }
    }

    pub(super) fn of_user(user: &User) -> Head {
        Head {
            class: "User",
            id: user.id,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }

    pub(super) fn of_place(place: &Place) -> Head {
        Head {
            class: "Place",
            id: place.id,
            created_at: place.created_at,
            updated_at: place.updated_at,
        }
    }

    pub(super) fn of_review(review: &Review) -> Head {
        Head {
            class: "Review",
            id: review.id,
            created_at: review.created_at,
            updated_at: review.updated_at,
        }
    }
}
