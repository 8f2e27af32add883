//! Imports: rows and parts of rows that do not come in, and what is said of them.

use domain::Id;
use domain::import::Class;
use serde_json::{Value, json};

use crate::each_engine;
use crate::export::dump;
use crate::import::import;

pub(crate) fn id(number: u128) -> String {
    Id::from_bits(number).to_string()
}

/// A row that cannot come in: its key, its value, and what is said of it after the key.
type Bad = (String, Value, &'static str);

const BAD_TIME: &str = "created_at: is no time of the form YYYY-MM-DDTHH:MM:SS.ffffff, the fraction six digits or none";
const NO_STATE: &str = "state_id: there is no State \"00000000-0000-0000-0000-000000000063\"";
const NO_SUCH_STATE: &str = "state_id: there is no State \"00000000-0000-0000-0000-000000000004\"";
const NO_USER: &str = "user_id: there is no User \"00000000-0000-0000-0000-000000000063\"";
const NO_PLACE: &str = "place_id: there is no Place \"00000000-0000-0000-0000-000000000063\"";
const NOT_WHOLE: &str = "max_guest: must be a whole number";
const ROOMS: &str = "number_rooms: must be from -2147483648 to 2147483647";
const PRICE: &str = "price_by_night: must be from -2147483648 to 2147483647";
const TOO_LONG: &str = "description: must have at most 1024 characters, not 1025";

fn bad_keys() -> Vec<Bad> {
    [
        ("BaseModel.x", "the class in the key is none of the six"),
        ("nodot", "the key is not of the form Class.id"),
        ("State.1", "id: is no UUID"),
        ("State.421a55f47d8245d9b54ca76916479545", "id: is no UUID"),
        (
            "State.00000000-0000-0000-0000-000000000000",
            "id: is the nil UUID",
        ),
    ]
    .map(|(key, reason)| (key.to_owned(), json!({}), reason))
    .into()
}

/// Rows of one class, with keys that are right.
fn bad_rows<const N: usize>(
    class: &str,
    first: u128,
    rows: [(Value, &'static str); N],
) -> Vec<Bad> {
    let numbered = rows.into_iter().zip(first..);
    numbered
        .map(|((value, reason), number)| (format!("{class}.{}", id(number)), value, reason))
        .collect()
}

fn bad_states() -> Vec<Bad> {
    let rows = [
        (json!([]), "the value is not an object"),
        (
            json!({"__class__": "City"}),
            "__class__: does not agree with the key",
        ),
        (json!({"id": id(1)}), "id: does not agree with the key"),
        (json!({"name": 5}), "name: must be a text"),
        (
            json!({"name": "é".repeat(129)}),
            "name: must have at most 128 characters, not 129",
        ),
        (
            json!({"name": "a\0"}),
            "name: must not hold the character U+0000",
        ),
        (json!({"created_at": "2017-09-28"}), BAD_TIME),
        (json!({"created_at": 5}), BAD_TIME),
    ];
    bad_rows("State", 1_000, rows)
}

fn bad_cities_and_reviews() -> Vec<Bad> {
    let cities = [
        (json!({}), "state_id: is missing"),
        (json!({"state_id": ""}), "state_id: is no UUID"),
        (json!({"state_id": id(4)}), NO_SUCH_STATE),
        (json!({"state_id": id(99)}), NO_STATE),
    ];
    let reviews = [(json!({"user_id": id(4), "place_id": id(99)}), NO_PLACE)];
    let mut rows = bad_rows("City", 1_100, cities);
    rows.extend(bad_rows("Review", 1_200, reviews));
    rows
}

fn bad_places() -> Vec<Bad> {
    let members = [
        (json!({"user_id": id(99)}), NO_USER),
        (json!({"max_guest": 2.5}), NOT_WHOLE),
        (json!({"max_guest": "many"}), NOT_WHOLE),
        (json!({"max_guest": true}), NOT_WHOLE),
        (json!({"number_rooms": 2_147_483_648_u32}), ROOMS),
        (json!({"price_by_night": -1e20}), PRICE),
        (json!({"latitude": "north"}), "latitude: must be a number"),
        (
            json!({"longitude": "inf"}),
            "longitude: must be a finite number",
        ),
        (json!({"description": "x".repeat(1025)}), TOO_LONG),
    ];
    let rows = members.map(|(member, reason)| {
        let mut row = json!({"city_id": id(2), "user_id": id(4)});
        for (name, value) in member.as_object().unwrap() {
            row[name] = value.clone();
        }
        (row, reason)
    });
    bad_rows("Place", 1_300, rows)
}

/// Rows for others to refer to.
pub(crate) fn good_rows() -> Value {
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
        let bad = [
            bad_keys(),
            bad_states(),
            bad_cities_and_reviews(),
            bad_places(),
        ]
        .concat();
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
