//! Imports: rows that do not come in, and files that do not.

use domain::import::{self, Class, ImportError};
use domain::{Id, Stats};
use serde_json::{Value, json};

use crate::each_engine;
use crate::export::dump;
use crate::import::import;

fn id(number: u128) -> String {
    Id::from_bits(number).to_string()
}

/// Rows that cannot come in: key, value, and what is said of them after the key.
fn bad_rows() -> Vec<(String, Value, &'static str)> {
    let [state, user] = [id(1), id(4)];
    let nobody = id(99);
    let place = |member: &str, value: Value| {
        let mut row = json!({"city_id": id(2), "user_id": user});
        row[member] = value;
        row
    };
    let mut next = 1_000;
    let mut key = |class: &str| {
        next += 1;
        format!("{class}.{}", id(next))
    };
    vec![
        (
            "BaseModel.x".into(),
            json!({}),
            "the class in the key is none of the six",
        ),
        (
            "nodot".into(),
            json!(1),
            "the key is not of the form Class.id",
        ),
        ("State.1".into(), json!({}), "id: is no UUID"),
        (
            "State.421a55f47d8245d9b54ca76916479545".into(),
            json!({}),
            "id: is no UUID",
        ),
        (format!("State.{}", id(0)), json!({}), "id: is the nil UUID"),
        (key("State"), json!([]), "the value is not an object"),
        (
            key("State"),
            json!({"__class__": "City"}),
            "__class__: does not agree with the key",
        ),
        (
            key("State"),
            json!({"id": state}),
            "id: does not agree with the key",
        ),
        (key("State"), json!({"name": 5}), "name: must be a text"),
        (
            key("State"),
            json!({"name": "é".repeat(129)}),
            "name: must have at most 128 characters, not 129",
        ),
        (
            key("State"),
            json!({"name": "a\0"}),
            "name: must not hold the character U+0000",
        ),
        (key("State"), json!({"created_at": "2017-09-28"}), BAD_TIME),
        (key("State"), json!({"created_at": 5}), BAD_TIME),
        (key("City"), json!({}), "state_id: is missing"),
        (key("City"), json!({"state_id": ""}), "state_id: is no UUID"),
        (
            key("City"),
            json!({"state_id": user}),
            "state_id: there is no State \"00000000-0000-0000-0000-000000000004\"",
        ),
        (key("City"), json!({"state_id": nobody}), NO_STATE),
        (
            key("Place"),
            place("user_id", json!(nobody)),
            "user_id: there is no User \"00000000-0000-0000-0000-000000000063\"",
        ),
        (
            key("Place"),
            place("max_guest", json!(2.5)),
            "max_guest: must be a whole number",
        ),
        (
            key("Place"),
            place("max_guest", json!("many")),
            "max_guest: must be a whole number",
        ),
        (
            key("Place"),
            place("number_rooms", json!(i64::from(i32::MAX) + 1)),
            "number_rooms: must be from -2147483648 to 2147483647",
        ),
        (
            key("Place"),
            place("price_by_night", json!(-1e20)),
            "price_by_night: must be from -2147483648 to 2147483647",
        ),
        (
            key("Place"),
            place("latitude", json!("north")),
            "latitude: must be a number",
        ),
        (
            key("Place"),
            place("longitude", json!("inf")),
            "longitude: must be a finite number",
        ),
        (
            key("Place"),
            place("description", json!("x".repeat(1025))),
            "description: must have at most 1024 characters, not 1025",
        ),
        (
            key("Review"),
            json!({"user_id": user, "place_id": nobody}),
            "place_id: there is no Place \"00000000-0000-0000-0000-000000000063\"",
        ),
    ]
}

const BAD_TIME: &str = "created_at: is no time of the form YYYY-MM-DDTHH:MM:SS.ffffff, the fraction six digits or none";
const NO_STATE: &str = "state_id: there is no State \"00000000-0000-0000-0000-000000000063\"";

/// Rows for others to refer to.
fn good_rows() -> Value {
    json!({
        format!("State.{}", id(1)): {},
        format!("City.{}", id(2)): {"state_id": id(1)},
        format!("User.{}", id(4)): {},
    })
}

#[tokio::test]
async fn rows_left_out() {
    each_engine(|store| async move {
        let mut rows = good_rows();
        let bad = bad_rows();
        let mut expected = Vec::new();
        for (key, value, reason) in &bad {
            rows[key] = value.clone();
            expected.push(format!("{key} left out: {reason}"));
        }
        expected.sort();
        let (outcome, lines) = import(&store, &rows.to_string(), false).await;
        assert_eq!(lines, expected);
        let imported = outcome.unwrap();
        assert_eq!(imported.left_out(), bad.len() as u64);
        assert_eq!(imported.others.in_file, 2);
        assert_eq!(imported.of(Class::City).in_file, 5);
        assert!(
            imported
                .to_string()
                .ends_with("\nothers             2           0              0           2")
        );
        assert_eq!(dump(&store).await.as_object().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn parts_dropped() {
    each_engine(|store| async move {
        let mut rows = good_rows();
        let key = format!("Place.{}", id(5));
        rows[&key] = json!({
            "city_id": id(2), "user_id": id(4), "amenity_ids": [id(99), "x"], "col\nour": "red",
        });
        let other = format!("Place.{}", id(6));
        rows[&other] = json!({"city_id": id(2), "user_id": id(4), "amenity_ids": "none"});
        let (outcome, lines) = import(&store, &rows.to_string(), false).await;
        let part = "comes without a part:";
        assert_eq!(
            lines,
            [
                format!("{key} {part} amenity_ids: holds what is no UUID"),
                format!(
                    "{key} {part} amenity_ids: there is no Amenity \"{}\"",
                    id(99)
                ),
                format!("{key} {part} col\\nour: unknown attribute"),
                format!("{other} {part} amenity_ids: must be a list"),
            ]
        );
        let imported = outcome.unwrap();
        assert_eq!((imported.left_out(), imported.dropped_links), (0, 3));
        assert_eq!(dump(&store).await[key]["amenity_ids"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn strict() {
    each_engine(|store| async move {
        let mut rows = good_rows();
        rows[format!("State.{}", id(1))] = json!({"colour": "red"});
        rows["BaseModel.x"] = json!({});
        rows[format!("Place.{}", id(5))] =
            json!({"city_id": id(2), "user_id": id(4), "amenity_ids": [id(99)]});
        let (outcome, lines) = import(&store, &rows.to_string(), true).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, ImportError::Strict { faults: 2, .. }));
        assert!(
            error
                .to_string()
                .contains("file.json holds 2 rows or links")
        );
        assert_eq!(lines.len(), 3);
        assert!(Stats::count(&store).await.unwrap().is_empty());

        rows.as_object_mut().unwrap().remove("BaseModel.x");
        rows[format!("Amenity.{}", id(99))] = json!({});
        let (outcome, lines) = import(&store, &rows.to_string(), true).await;
        outcome.unwrap();
        assert_eq!(
            lines.len(),
            1,
            "an unknown attribute alone is no fault: {lines:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn not_json() {
    each_engine(|store| async move {
        let good = good_rows().to_string();
        let cut = good[..good.len() - 1].to_owned() + ",\n\"City.x\": nope}";
        for (text, part) in [
            (cut.as_str(), "file.json is not valid JSON: expected ident at line 2 column 12; nothing was imported"),
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{} {}", "trailing characters at line 1 column 4"),
            ("{\"State.x\": \n\n\"\\q\"}", "invalid escape at line 3 column 3"),
            ("[]", "must be one JSON object"),
            ("null", "must be one JSON object"),
            ("5", "must be one JSON object"),
        ] {
            let (outcome, _) = import(&store, text, false).await;
            let error = outcome.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert!(Stats::count(&store).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn no_file() {
    each_engine(|store| async move {
        for (name, part) in [
            (
                "/nowhere/file.json",
                "/nowhere/file.json cannot be read: No such file",
            ),
            ("/", "the file / cannot be read: Is a directory"),
        ] {
            let error = import::run(&store, name.as_ref(), false, &mut |_| {})
                .await
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{error}");
        }
    })
    .await;
}
