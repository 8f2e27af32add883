//! What all six classes have in common.

use serde_json::{Value, json};

use crate::harness::each_engine;
use crate::pages::LISTS;
use crate::reply::{ids, time};
use crate::world::{World, copies_of_all, link_all};

/// Each class's object, and a change of it.
fn objects() -> [(&'static str, Value); 6] {
    [
        ("/reviews/{review}", json!({"text": "Great"})),
        ("/places/{place}", json!({"name": "Attic", "max_guest": 3})),
        ("/users/{user}", json!({"first_name": "Bob"})),
        ("/amenities/{amenity}", json!({"name": "Pets"})),
        ("/cities/{city}", json!({"name": "Provo"})),
        ("/states/{state}", json!({"name": "Ohio"})),
    ]
}

#[tokio::test]
async fn change() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, change) in objects() {
            let path = world.path(path);
            let before = api.get(&path).await.is(200).json();
            let after = api.put(&path, change.clone()).await.is(200).json();
            assert!(time(&after["updated_at"]) > time(&before["updated_at"]));
            let mut expected = before;
            expected["updated_at"] = after["updated_at"].clone();
            for (key, value) in change.as_object().unwrap() {
                expected[key] = value.clone();
            }
            assert_eq!(after, expected);
            assert_eq!(api.get(&path).await.is(200).json(), after);
        }
    })
    .await;
}

#[tokio::test]
async fn empty_change() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, _) in objects() {
            let path = world.path(path);
            let mut before = api.get(&path).await.is(200).json();
            let after = api.put(&path, json!({})).await.is(200).json();
            assert!(time(&after["updated_at"]) > time(&before["updated_at"]));
            before["updated_at"] = after["updated_at"].clone();
            assert_eq!(after, before);
        }
    })
    .await;
}

#[tokio::test]
async fn protected_members() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        for (path, _) in objects() {
            let path = world.path(path);
            let mut before = api.get(&path).await.is(200).json();
            let mut change = json!({
                "__class__": "Nope", "id": other.place, "created_at": "2001-01-01T00:00:00",
                "updated_at": "2001-01-01T00:00:00", "state_id": other.state, "city_id": 5, "place_id": null,
                "email": "x@y.z", "amenities": [other.amenity], "nope": {"a": [1]},
            });
            if !path.contains("/users/") {
                change["user_id"] = json!(other.user);
            }
            let after = api.put(&path, change).await.is(200).json();
            before["updated_at"] = after["updated_at"].clone();
            assert_eq!(after, before);
            assert_eq!(api.get(&path).await.is(200).json(), before);
        }
    })
    .await;
}

#[tokio::test]
async fn deletion() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, _) in objects() {
            let path = world.path(path);
            let gone = api.delete(&path).await.is(200);
            assert_eq!(gone.text(), "{}\n");
            api.get(&path).await.refused(404, "Not found");
            api.put(&path, json!({})).await.refused(404, "Not found");
            api.delete(&path).await.refused(404, "Not found");
        }
        let none = json!({"amenities": 0, "cities": 0, "places": 0, "reviews": 0, "states": 0, "users": 0});
        assert_eq!(api.stats().await, none);
    })
    .await;
}

#[tokio::test]
async fn lists() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies_of_all(&api, 9).await;
        link_all(&api).await;
        for (path, _) in &LISTS[..7] {
            let list = api.get(&world.path(path)).await.is(200).list();
            let ids = ids(&list);
            assert_eq!(ids.len(), 10, "{path}");
            assert!(ids.is_sorted(), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn empty_lists() {
    each_engine(|api| async move {
        assert_eq!(api.get("/states").await.is(200).text(), "[]\n");
        assert_eq!(api.get("/users").await.is(200).text(), "[]\n");
        let state = api.make("/states", json!({"name": "Utah"})).await;
        let cities = api.get(&format!("/states/{state}/cities")).await.is(200);
        assert_eq!(cities.text(), "[]\n");
        assert_eq!(cities.length(), Some(3));
    })
    .await;
}
