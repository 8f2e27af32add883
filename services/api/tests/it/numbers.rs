//! Members whose number is wrong.

use serde_json::json;

use crate::harness::{Api, JSON, each_engine};
use crate::world::World;

const COUNTS: [&str; 4] = [
    "number_rooms",
    "number_bathrooms",
    "max_guest",
    "price_by_night",
];

/// Neither a change nor a new place takes this text for the member.
async fn refused(api: &Api, world: &World, name: &str, wrong: &str, error: &str) {
    let change = format!("{{\"{name}\": {wrong}}}");
    let changed = api
        .raw("PUT", &world.path("/places/{place}"), JSON, change)
        .await;
    changed.refused(400, error);
    let owner = &world.user;
    let new = format!("{{\"user_id\": \"{owner}\", \"name\": \"x\", \"{name}\": {wrong}}}");
    let made = api
        .raw("POST", &world.path("/cities/{city}/places"), JSON, new)
        .await;
    made.refused(400, error);
}

#[tokio::test]
async fn counts() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let place = world.path("/places/{place}");
        for name in COUNTS {
            let error = format!("{name} must be a whole number from -2147483648 to 2147483647");
            for wrong in [
                "null",
                "true",
                "\"3\"",
                "[]",
                "[1]",
                "{}",
                "2.5",
                "2147483648",
                "-2147483649",
                "2147483648.0",
                "1e300",
                "99999999999999999999",
                "-9223372036854775809",
                "18446744073709551616",
            ] {
                refused(&api, &world, name, wrong, &error).await;
            }
            for (good, number) in [("3.0", 3), ("1e2", 100), ("-0.0", 0)] {
                let change = format!("{{\"{name}\": {good}}}");
                let changed = api.raw("PUT", &place, JSON, change).await.is(200);
                assert_eq!(changed.json()[name], number);
            }
            for good in [i32::MIN, -1, 0, i32::MAX] {
                let changed = api.put(&place, json!({name: good})).await.is(200);
                assert_eq!(changed.json()[name], good);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn coordinates() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let place = world.path("/places/{place}");
        for name in ["latitude", "longitude"] {
            let error = format!("{name} must be a number or null");
            for wrong in ["true", "\"1\"", "[]", "{}"] {
                refused(&api, &world, name, wrong, &error).await;
            }
            for good in [
                "0",
                "-0.0",
                "37.773972",
                "-122",
                "1e308",
                "-1e308",
                "5e-324",
                "1e-400",
                "99999999999999999999",
            ] {
                let change = format!("{{\"{name}\": {good}}}");
                let changed = api.raw("PUT", &place, JSON, change).await.is(200).json();
                assert_eq!(changed[name].as_f64(), good.parse().ok(), "{good}");
                assert_eq!(api.get(&place).await.is(200).json(), changed, "{good}");
            }
        }
    })
    .await;
}
