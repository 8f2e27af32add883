//! Import, export, import: no row changes on the way.

use domain::testing::execute;
use domain::{Id, Timestamp};
use proptest::collection::{hash_set, vec};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::each_engine;
use crate::export::dump;
use crate::import::import;

fn text(most: usize) -> impl Strategy<Value = String> {
    let character = any::<char>().prop_filter("U+0000 is refused", |c| *c != '\0');
    vec(character, 0..=most).prop_map(|characters| characters.into_iter().collect())
}

fn time() -> impl Strategy<Value = String> {
    (-62_135_596_800_000_000..=253_402_300_799_999_999_i64)
        .prop_map(|micros| Timestamp::from_micros(micros).unwrap().to_long_string())
}

fn number() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("JSON has finite numbers only", |n| n.is_finite())
}

/// What a row is made of, whatever its class: texts, times, numbers, and which rows it refers to.
type Seed = (
    (String, String, Option<String>, Option<String>),
    (String, String),
    [i32; 4],
    (Option<f64>, Option<f64>),
    (Index, Index, Vec<Index>),
);

fn seed() -> impl Strategy<Value = Seed> {
    let some = |most| proptest::option::of(text(most));
    let reference = || any::<Index>();
    (
        (text(128), text(1024), some(128), some(1024)),
        (time(), time()),
        any::<[i32; 4]>(),
        (
            proptest::option::of(number()),
            proptest::option::of(number()),
        ),
        (reference(), reference(), vec(reference(), 0..4)),
    )
}

fn row(class: &str, id: &Id, seed: &Seed, rest: Value) -> (String, Value) {
    let (_, (created_at, updated_at), ..) = seed;
    let mut row = rest;
    row["__class__"] = json!(class);
    row["id"] = json!(id);
    row["created_at"] = json!(created_at);
    row["updated_at"] = json!(updated_at);
    (format!("{class}.{id}"), row)
}

/// One of the rows made so far, if there are any.
fn pick<'a>(ids: &'a [Id], index: &Index) -> Option<&'a Id> {
    (!ids.is_empty()).then(|| index.get(ids))
}

/// The classes in turn. A row is made only when there is what its class refers to.
const TURNS: [&str; 6] = ["State", "City", "Amenity", "User", "Place", "Review"];

/// The members of a row by whose turn it is; `ids` are those of the rows made so far, by turn.
fn members(turn: usize, seed: &Seed, ids: &[Vec<Id>; 6]) -> Option<Value> {
    let ((short, long, maybe, maybe_long), _, [a, b, c, d], (x, y), (one, other, links)) = seed;
    let [states, cities, amenities, users, places, _] = ids;
    Some(match turn {
        1 => json!({"name": short, "state_id": pick(states, one)?}),
        3 => json!({"email": short, "first_name": maybe, "last_name": null}),
        4 => {
            let mut held: Vec<&Id> = links.iter().filter_map(|i| pick(amenities, i)).collect();
            held.sort();
            held.dedup();
            json!({
                "name": short, "description": maybe_long, "city_id": pick(cities, one)?,
                "user_id": pick(users, other)?, "number_rooms": a, "number_bathrooms": b,
                "max_guest": c, "price_by_night": d, "latitude": x, "longitude": y,
                "amenity_ids": held,
            })
        }
        5 => {
            let (place, user) = (pick(places, one)?, pick(users, other)?);
            json!({"text": long, "place_id": place, "user_id": user})
        }
        _ => json!({"name": short}),
    })
}

/// A whole store from seeds.
fn store_of(seeds: &[(Id, Seed)]) -> Value {
    let mut ids: [Vec<Id>; 6] = Default::default();
    let mut rows = Map::new();
    for ((id, seed), turn) in seeds.iter().zip((0..6).cycle()) {
        if let Some(made) = members(turn, seed, &ids) {
            rows.extend([row(TURNS[turn], id, seed, made)]);
            ids[turn].push(*id);
        }
    }
    Value::Object(rows)
}

fn any_store() -> impl Strategy<Value = Value> {
    let ids = hash_set(1..=u128::MAX, 0..30);
    (ids, vec(seed(), 30)).prop_map(|(ids, seeds)| {
        let ids = ids.into_iter().map(Id::from_bits);
        store_of(&ids.zip(seeds).collect::<Vec<_>>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn same_rows(rows in any_store()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(each_engine(|store| {
            let rows = rows.clone();
            async move {
                let (outcome, lines) = import(&store, &rows.to_string(), true).await;
                outcome.unwrap();
                assert!(lines.is_empty(), "{lines:?}");
                let first = dump(&store).await;
                assert_eq!(first, rows);
                for table in ["states", "users", "amenities"] {
                    execute(&store, &format!("DELETE FROM {table}")).await;
                }
                let (outcome, _) = import(&store, &first.to_string(), true).await;
                outcome.unwrap();
                assert_eq!(dump(&store).await, first);
            }
        }));
    }
}
