//! The data of an original.

use serde_json::{Map, Value, json};

/// A file as the originals write it, with two rows and a link that cannot come in.
pub(crate) fn file_json(state: &str) -> String {
    let rows = [
        row("State", 1, json!({"name": state})),
        row("City", 2, json!({"name": "San José", "state_id": id(1)})),
        row("Amenity", 3, json!({"name": "Wifi"})),
        row(
            "User",
            4,
            // The MD5 sum of `pwd`.
            json!({"email": "betty@example.org", "password": "9003d1df22eb4d3820015070385194c8",
                "first_name": "Betty"}),
        ),
        row(
            "Place",
            5,
            json!({"name": "Lovely place", "city_id": id(2), "user_id": id(4), "number_rooms": 3,
                "latitude": 37.77, "longitude": -122.43, "amenity_ids": [id(3), id(99)]}),
        ),
        row(
            "Review",
            6,
            json!({"text": "Amazing", "place_id": id(5), "user_id": id(4)}),
        ),
        row("BaseModel", 7, json!({})),
        row(
            "Place",
            8,
            json!({"name": "Nowhere", "city_id": id(98), "user_id": id(4)}),
        ),
    ];
    Value::from(Map::from_iter(rows)).to_string()
}

pub(crate) fn id(number: u32) -> String {
    format!("3c1a9c2e-0000-4000-8000-{number:012}")
}

pub(crate) fn row(class: &str, number: u32, mut members: Value) -> (String, Value) {
    members["__class__"] = class.into();
    members["id"] = id(number).into();
    members["created_at"] = "2017-09-28T21:05:54.119427".into();
    members["updated_at"] = "2017-09-28T21:05:54.119572".into();
    (format!("{class}.{}", id(number)), members)
}
