//! Imports: what comes in, what does not and why, and what stays as it is.

use std::fmt::Write;

use domain::import::{self, Class, Event, ImportError, Imported};
use domain::testing::execute;
use domain::{Id, Stats, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::each_engine;
use crate::export::dump;

/// Imports a text; returns the outcome and the lines that were told on the way.
pub(crate) async fn import(
    store: &Store,
    text: &str,
    strict: bool,
) -> (Result<Imported, ImportError>, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file.json");
    std::fs::write(&file, text).unwrap();
    let mut lines = Vec::new();
    let mut last = (0, 0);
    let outcome = import::run(store, &file, strict, &mut |event| match event {
        Event::Progress { done, total } => last = (done, total),
        other => lines.push(other.to_string()),
    })
    .await;
    if outcome.is_ok() {
        assert_eq!(last, (text.len() as u64 * 6, text.len() as u64 * 6));
    }
    lines.sort();
    (outcome, lines)
}

/// The id with this number.
fn id(number: u128) -> String {
    Id::from_bits(number).to_string()
}

/// A store with one row of each class, numbered 1 to 6.
fn one_of_each() -> Value {
    let time = "2017-09-28T21:05:54.000001";
    json!({
        format!("Review.{}", id(6)): {
            "__class__": "Review", "id": id(6), "created_at": time, "updated_at": time,
            "text": "T", "place_id": id(5), "user_id": id(4),
        },
        format!("Place.{}", id(5)): {
            "__class__": "Place", "id": id(5), "created_at": time, "updated_at": time, "name": "P",
            "city_id": id(2), "user_id": id(4), "amenity_ids": [id(3)],
        },
        format!("City.{}", id(2)): {
            "__class__": "City", "id": id(2), "created_at": time, "updated_at": time, "name": "C",
            "state_id": id(1),
        },
        format!("User.{}", id(4)): {
            "__class__": "User", "id": id(4), "created_at": time, "updated_at": time, "email": "e",
            "password": "d41d8cd98f00b204e9800998ecf8427e",
        },
        format!("Amenity.{}", id(3)): {
            "__class__": "Amenity", "id": id(3), "created_at": time, "updated_at": time, "name": "W",
        },
        format!("State.{}", id(1)): {
            "__class__": "State", "id": id(1), "created_at": time, "updated_at": time, "name": "S",
        },
    })
}

/// The same rows in another order: keys are told apart from their order only in the text.
fn backwards(rows: &Value) -> String {
    let mut text = String::from("{");
    for (key, row) in rows.as_object().unwrap().iter().rev() {
        let comma = if text.len() > 1 { "," } else { "" };
        write!(text, "{comma}\n{}: {row}", json!(key)).unwrap();
    }
    text + "\n}"
}

#[tokio::test]
async fn any_order() {
    each_engine(|store| async move {
        let rows = one_of_each();
        for text in [rows.to_string(), backwards(&rows)] {
            let (outcome, lines) = import(&store, &text, true).await;
            assert!(lines.is_empty(), "{lines:?}");
            assert_eq!(
                outcome.unwrap().to_string(),
                "         in the file       added  already there    left out\n\
                 State              1           1              0           0\n\
                 Amenity            1           1              0           0\n\
                 User               1           1              0           0\n\
                 City               1           1              0           0\n\
                 Place              1           1              0           0\n\
                 Review             1           1              0           0"
            );
            let place = &dump(&store).await[format!("Place.{}", id(5))];
            assert_eq!(place["amenity_ids"], json!([id(3)]));
            execute(&store, "DELETE FROM users WHERE password = '!'").await;
            execute(&store, "DELETE FROM states").await;
            execute(&store, "DELETE FROM amenities").await;
            assert!(Stats::count(&store).await.unwrap().is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_there_stays() {
    each_engine(|store| async move {
        let mut rows = one_of_each();
        let (outcome, _) = import(&store, &rows.to_string(), true).await;
        outcome.unwrap();
        let before = dump(&store).await;
        rows[format!("State.{}", id(1))]["name"] = json!("Other");
        rows[format!("Place.{}", id(5))]["amenity_ids"] = json!([id(3), id(7)]);
        rows[format!("Amenity.{}", id(7))] = json!({"name": "New"});
        let (outcome, lines) = import(&store, &rows.to_string(), true).await;
        let imported = outcome.unwrap();
        assert!(lines.is_empty(), "{lines:?}");
        for class in Class::ALL {
            let tally = imported.of(class);
            assert_eq!(tally.kept, 1, "{class:?}");
            assert_eq!(tally.added, u64::from(class == Class::Amenity));
        }
        let mut after = dump(&store).await;
        after
            .as_object_mut()
            .unwrap()
            .remove(&format!("Amenity.{}", id(7)));
        assert_eq!(after, before);
    })
    .await;
}

#[tokio::test]
async fn missing_members_and_other_spellings() {
    each_engine(|store| async move {
        let upper = "0DE3A5F4-7D82-45D9-B54C-A76916479545";
        let text = json!({
            format!("State.{upper}"): {"id": upper},
            format!("City.{}", id(2)): {"state_id": upper, "name": null},
            format!("User.{}", id(4)): {},
            format!("Amenity.{}", id(3)): {"created_at": "2017-09-28T21:05:54"},
            format!("Place.{}", id(5)): {
                "city_id": id(2), "user_id": id(4), "number_rooms": "3", "number_bathrooms": 2.0,
                "max_guest": null, "price_by_night": "-7", "latitude": "1.5", "longitude": -2,
                "amenity_ids": [id(3), id(3)],
            },
            format!("Review.{}", id(6)): {"place_id": id(5), "user_id": id(4)},
        });
        let (outcome, lines) = import(&store, &text.to_string(), true).await;
        assert!(lines.is_empty(), "{lines:?}");
        outcome.unwrap();
        let rows = dump(&store).await;
        let state = upper.to_lowercase();
        assert_eq!(rows[format!("State.{state}")]["name"], "");
        assert_eq!(rows[format!("City.{}", id(2))]["state_id"], state);
        assert_eq!(rows[format!("User.{}", id(4))]["email"], "");
        assert_eq!(rows[format!("User.{}", id(4))]["first_name"], Value::Null);
        assert_eq!(rows[format!("Review.{}", id(6))]["text"], "");
        assert_eq!(
            rows[format!("Amenity.{}", id(3))]["created_at"],
            "2017-09-28T21:05:54.000000"
        );
        let place = &rows[format!("Place.{}", id(5))];
        let numbers = [
            "number_rooms",
            "number_bathrooms",
            "max_guest",
            "price_by_night",
        ];
        assert_eq!(
            numbers.map(|name| place[name].as_i64().unwrap()),
            [3, 2, 0, -7]
        );
        assert_eq!(
            (&place["latitude"], &place["longitude"]),
            (&json!(1.5), &json!(-2.0))
        );
        assert_eq!(place["description"], Value::Null);
        assert_eq!(place["amenity_ids"], json!([id(3)]));
    })
    .await;
}

#[tokio::test]
async fn equal_keys() {
    each_engine(|store| async move {
        let (state, city, user, place) = (id(1), id(2), id(4), id(5));
        let row = |name: &str, links: &str| {
            format!(
                r#""Place.{place}": {{"name": "{name}", "city_id": "{city}", "user_id": "{user}", "amenity_ids": {links}}}"#
            )
        };
        let text = format!(
            r#"{{"State.{state}": {{"name": "first"}}, "State.{state}": {{"name": "second"}},
                "City.{city}": {{"state_id": "{state}"}}, "User.{user}": {{}}, "Amenity.{}": {{}},
                {}, {}}}"#,
            id(3),
            row("first", "[]"),
            row("second", &json!([id(3)]).to_string())
        );
        let (outcome, _) = import(&store, &text, true).await;
        let imported = outcome.unwrap();
        for class in [Class::State, Class::Place] {
            let tally = imported.of(class);
            assert_eq!((tally.in_file, tally.added, tally.kept), (2, 1, 1));
        }
        let rows = dump(&store).await;
        assert_eq!(rows[format!("State.{state}")]["name"], "first");
        assert_eq!(rows[format!("Place.{place}")]["name"], "first");
        assert_eq!(rows[format!("Place.{place}")]["amenity_ids"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn many() {
    each_engine(|store| async move {
        let mut rows = serde_json::Map::new();
        for number in 1..=1_700 {
            let parent = 10_000 + number;
            rows.insert(format!("State.{}", id(parent)), json!({"name": "S"}));
            rows.insert(
                format!("City.{}", id(number)),
                json!({"state_id": id(parent)}),
            );
        }
        let text = Value::Object(rows).to_string();
        let (outcome, lines) = import(&store, &text, true).await;
        assert!(lines.is_empty(), "{lines:?}");
        assert_eq!(outcome.unwrap().of(Class::City).added, 1_700);
        assert_eq!(Stats::count(&store).await.unwrap().cities, 1_700);
    })
    .await;
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    each_engine(|store| async move {
        let text = format!("\u{feff}{}", one_of_each());
        let (outcome, lines) = import(&store, &text, true).await;
        assert_eq!(outcome.unwrap().of(Class::Review).added, 1);
        assert_eq!(lines, [""; 0]);
    })
    .await;
}
