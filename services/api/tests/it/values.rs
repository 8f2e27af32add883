//! Members whose text is wrong.

use serde_json::{Value, json};

use crate::harness::{Api, each_engine};
use crate::world::World;

/// The texts that may not be null, with their lengths.
const TEXTS: [(&str, &str, usize); 6] = [
    ("/states/{state}", "name", 128),
    ("/cities/{city}", "name", 128),
    ("/amenities/{amenity}", "name", 128),
    ("/places/{place}", "name", 128),
    ("/reviews/{review}", "text", 1024),
    ("/users/{user}", "password", usize::MAX),
];
/// The texts that may be null.
const NULLABLE: [(&str, &str, usize); 3] = [
    ("/users/{user}", "first_name", 128),
    ("/users/{user}", "last_name", 128),
    ("/places/{place}", "description", 1024),
];

/// Where the objects of an object's class are made, and a body for it.
fn maker(path: &str, world: &World) -> (String, Value) {
    let (path, mut body) = match path {
        "/states/{state}" => ("/states", json!({"name": "x"})),
        "/cities/{city}" => ("/states/{state}/cities", json!({"name": "x"})),
        "/amenities/{amenity}" => ("/amenities", json!({"name": "x"})),
        "/places/{place}" => ("/cities/{city}/places", json!({"name": "x"})),
        "/reviews/{review}" => ("/places/{place}/reviews", json!({"text": "x"})),
        _ => ("/users", json!({"email": "x", "password": "x"})),
    };
    body["user_id"] = json!(world.user);
    (world.path(path), body)
}

/// Sends the value to the route that changes the object, and to the one that makes it; both refuse it.
async fn refuse(api: &Api, world: &World, (path, name): (&str, &str), value: Value, error: &str) {
    let error = format!("{name} {error}");
    let change = api.put(&world.path(path), json!({name: value})).await;
    change.refused(400, &error);
    let (path, mut body) = maker(path, world);
    body[name] = value;
    api.post(&path, body).await.refused(400, &error);
}

#[tokio::test]
async fn types() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let before = api.stats().await;
        for wrong in [
            json!(1),
            json!(2.5),
            json!(true),
            json!([]),
            json!(["x"]),
            json!({}),
        ] {
            for (path, name, _) in TEXTS {
                refuse(
                    &api,
                    &world,
                    (path, name),
                    wrong.clone(),
                    "must be a string",
                )
                .await;
            }
            for (path, name, _) in NULLABLE {
                refuse(
                    &api,
                    &world,
                    (path, name),
                    wrong.clone(),
                    "must be a string or null",
                )
                .await;
            }
        }
        let email = json!({"email": 5, "password": "x"});
        api.post("/users", email)
            .await
            .refused(400, "email must be a string");
        assert_eq!(api.stats().await, before);
    })
    .await;
}

#[tokio::test]
async fn nulls() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, name, _) in TEXTS {
            let reply = api.put(&world.path(path), json!({name: null})).await;
            reply.refused(400, &format!("{name} must be a string"));
        }
        for (path, name, _) in NULLABLE {
            let object = api
                .put(&world.path(path), json!({name: null}))
                .await
                .is(200);
            assert!(object.json()[name].is_null());
        }
    })
    .await;
}

#[tokio::test]
async fn lengths() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let texts = TEXTS.iter().chain(&NULLABLE).copied();
        for (path, name, most) in texts.filter(|(_, _, most)| *most < usize::MAX) {
            for letter in ["a", "\u{e9}", "\u{1f3e1}"] {
                let longest = letter.repeat(most);
                let object = api
                    .put(&world.path(path), json!({name: longest}))
                    .await
                    .is(200);
                assert_eq!(object.json()[name], longest);
                let (maker, mut body) = maker(path, &world);
                body[name] = json!(longest);
                assert_eq!(api.post(&maker, body).await.is(201).json()[name], longest);
                let error = format!("must have at most {most} characters, not {}", most + 1);
                let long = json!(letter.repeat(most + 1));
                refuse(&api, &world, (path, name), long, &error).await;
            }
        }
        let email = json!({"email": "a".repeat(129), "password": "x"});
        let reply = api.post("/users", email).await;
        reply.refused(400, "email must have at most 128 characters, not 129");
    })
    .await;
}

#[tokio::test]
async fn zeros() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let texts = TEXTS.iter().chain(&NULLABLE).copied();
        for (path, name, _) in texts.filter(|(_, name, _)| *name != "password") {
            let error = "must not hold the character U+0000";
            refuse(&api, &world, (path, name), json!("a\0b"), error).await;
        }
    })
    .await;
}
