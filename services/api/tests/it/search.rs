//! `/places_search`.

use serde_json::{Value, json};

use crate::harness::{Api, each_engine};
use crate::world::{World, nowhere};

async fn found(api: &Api, search: Value) -> usize {
    api.post("/places_search", search)
        .await
        .is(200)
        .list()
        .len()
}

/// States A with cities of 1 and 2 places, B with cities of 3, 4 and 5; their ids.
async fn text_example(api: &Api) -> ([String; 2], Vec<String>) {
    let user = json!({"email": "a@b.c", "password": "pwd"});
    let user = api.make("/users", user).await;
    let a = api.make("/states", json!({"name": "A"})).await;
    let b = api.make("/states", json!({"name": "B"})).await;
    let mut cities = Vec::new();
    for (state, count) in [(&a, 1), (&a, 2), (&b, 3), (&b, 4), (&b, 5)] {
        let path = format!("/states/{state}/cities");
        let city = api.make(&path, json!({"name": "C"})).await;
        for _ in 0..count {
            let place = json!({"user_id": user, "name": "P"});
            api.make(&format!("/cities/{city}/places"), place).await;
        }
        cities.push(city);
    }
    ([a, b], cities)
}

#[tokio::test]
async fn places_once() {
    each_engine(|api| async move {
        let ([a, b], cities) = text_example(&api).await;
        let (a1, b2) = (&cities[0], &cities[3]);
        assert_eq!(found(&api, json!({"states": [a], "cities": [b2]})).await, 7);
        assert_eq!(found(&api, json!({"states": [a], "cities": [a1]})).await, 3);
        assert_eq!(
            found(&api, json!({"states": [a, b], "cities": cities})).await,
            15
        );
        assert_eq!(found(&api, json!({"states": [a, a]})).await, 3);
        assert_eq!(found(&api, json!({"cities": [b2, b2, a1]})).await, 5);
        assert_eq!(found(&api, json!({"cities": [a, b]})).await, 0);
    })
    .await;
}

#[tokio::test]
async fn everything() {
    each_engine(|api| async move {
        text_example(&api).await;
        assert_eq!(found(&api, json!({})).await, 15);
        assert_eq!(
            found(&api, json!({"states": [], "cities": [], "amenities": []})).await,
            15
        );
        assert_eq!(found(&api, json!({"cities": []})).await, 15);
        assert_eq!(
            found(&api, json!({"nope": ["x"], "State": 5, "limit": 1})).await,
            15
        );
    })
    .await;
}

#[tokio::test]
async fn strangers() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for unknown in [
            nowhere("{state}"),
            "nope".into(),
            String::new(),
            world.state.to_uppercase(),
        ] {
            assert_eq!(found(&api, json!({"states": [unknown]})).await, 0);
            assert_eq!(found(&api, json!({"cities": [unknown]})).await, 0);
            assert_eq!(found(&api, json!({"amenities": [unknown]})).await, 0);
            assert_eq!(
                found(&api, json!({"amenities": [world.amenity, unknown]})).await,
                0
            );
            assert_eq!(
                found(&api, json!({"states": [unknown], "cities": [world.city]})).await,
                1
            );
            assert_eq!(
                found(
                    &api,
                    json!({"states": [unknown], "amenities": [world.amenity]})
                )
                .await,
                0
            );
        }
    })
    .await;
}

#[tokio::test]
async fn all_amenities() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let (wifi, pets) = (&world.amenity, &other.amenity);
        let both = world.path("/places/{place}/amenities/") + pets.as_str();
        api.ask("POST", &both).await.is(201);
        assert_eq!(found(&api, json!({"amenities": [pets]})).await, 2);
        let search = json!({"amenities": [wifi, pets, wifi]});
        let rich = api.post("/places_search", search).await.is(200).list();
        assert_eq!(rich.len(), 1);
        assert_eq!(rich[0]["id"], world.place);
        let search = json!({"amenities": [wifi, pets], "states": [other.state]});
        assert_eq!(found(&api, search).await, 0);
    })
    .await;
}

#[tokio::test]
async fn same_objects() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let place = api.get(&world.path("/places/{place}")).await.is(200);
        let found = api.post("/places_search", json!({})).await.is(200);
        assert_eq!(found.text(), format!("[{}]\n", place.text().trim_end()));
    })
    .await;
}

#[tokio::test]
async fn wrong_lists() {
    each_engine(|api| async move {
        for name in ["states", "cities", "amenities"] {
            for wrong in [
                json!(null),
                json!("x"),
                json!(5),
                json!({}),
                json!([5]),
                json!([null]),
                json!([["x"]]),
            ] {
                let reply = api.post("/places_search", json!({name: wrong})).await;
                reply.refused(400, &format!("{name} must be a list of ids"));
            }
        }
    })
    .await;
}
