//! Any object on any route: taken or refused, never a failure.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::bodies::WRITES;
use crate::harness::each_engine;
use crate::world::World;

const NAMES: &[&str] = &[
    "name",
    "text",
    "description",
    "email",
    "first_name",
    "number_rooms",
    "latitude",
    "states",
    "cities",
    "amenities",
    "amenity_ids",
    "id",
    "created_at",
    "__class__",
    "",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z\u{0}\u{e9}\u{1f3e1}]{0,1100}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| vec(inner, 0..3).prop_map(Value::from))
}

#[tokio::test(flavor = "multi_thread")]
async fn any_object() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let mut runner = TestRunner::new(Config {
            cases: 150,
            failure_persistence: None,
            ..Config::default()
        });
        let members = vec((select(NAMES), value()), 0..4);
        let told = runner.run(
            &(select(&WRITES[..]), members),
            |((method, path, _), members)| {
                let path = world.path(path);
                let mut body = json!({"user_id": world.user, "name": "x", "text": "x"});
                for (name, value) in members {
                    body[name] = value;
                }
                let sent = api.raw(method, &path, "application/json", body.to_string());
                let reply = block_in_place(|| Handle::current().block_on(sent));
                prop_assert!(reply.status.as_u16() < 500, "{:?}", reply);
                Ok(())
            },
        );
        told.unwrap();
    })
    .await;
}
