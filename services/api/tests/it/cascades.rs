//! What a deletion takes along, and what it leaves.

use serde_json::{Value, json};

use crate::harness::{Api, each_engine};
use crate::world::World;

/// The number of rows in `place_amenity`, read by way of a column that is shown.
async fn links(api: &Api) -> String {
    let id = api.make("/amenities", json!({"name": "0"})).await;
    let sql =
        "UPDATE amenities SET name = (SELECT count(*) || '' FROM place_amenity) WHERE name = '0'";
    api.sql(sql).await;
    let path = format!("/amenities/{id}");
    let counter = api.get(&path).await.is(200).json();
    api.delete(&path).await.is(200);
    counter["name"].as_str().unwrap().to_owned()
}

/// Deletes in one of two equal worlds, and tells what is left of both, with the links.
async fn left_after(api: &Api, doomed: &str) -> (Value, String) {
    let (world, other) = (World::new(api).await, World::new(api).await);
    api.delete(&world.path(doomed)).await.is(200);
    for path in [
        "/states/{state}",
        "/users/{user}",
        "/places/{place}/amenities",
    ] {
        api.get(&other.path(path)).await.is(200);
    }
    api.get(&other.path("/reviews/{review}")).await.is(200);
    (api.stats().await, links(api).await)
}

#[tokio::test]
async fn state() {
    each_engine(|api| async move {
        let (left, links) = left_after(&api, "/states/{state}").await;
        let expected = json!({"amenities": 2, "cities": 1, "places": 1, "reviews": 1, "states": 1, "users": 2});
        assert_eq!((left, links.as_str()), (expected, "1"));
    })
    .await;
}

#[tokio::test]
async fn city() {
    each_engine(|api| async move {
        let (left, links) = left_after(&api, "/cities/{city}").await;
        let expected = json!({"amenities": 2, "cities": 1, "places": 1, "reviews": 1, "states": 2, "users": 2});
        assert_eq!((left, links.as_str()), (expected, "1"));
    })
    .await;
}

#[tokio::test]
async fn place() {
    each_engine(|api| async move {
        let (left, links) = left_after(&api, "/places/{place}").await;
        let expected = json!({"amenities": 2, "cities": 2, "places": 1, "reviews": 1, "states": 2, "users": 2});
        assert_eq!((left, links.as_str()), (expected, "1"));
    })
    .await;
}

#[tokio::test]
async fn amenity() {
    each_engine(|api| async move {
        let (left, links) = left_after(&api, "/amenities/{amenity}").await;
        let expected = json!({"amenities": 1, "cities": 2, "places": 2, "reviews": 2, "states": 2, "users": 2});
        assert_eq!((left, links.as_str()), (expected, "1"));
    })
    .await;
}

#[tokio::test]
async fn review() {
    each_engine(|api| async move {
        let (left, links) = left_after(&api, "/reviews/{review}").await;
        let expected = json!({"amenities": 2, "cities": 2, "places": 2, "reviews": 1, "states": 2, "users": 2});
        assert_eq!((left, links.as_str()), (expected, "2"));
    })
    .await;
}

#[tokio::test]
async fn user() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let said = |user: &str| json!({"user_id": user, "text": "Hm"});
        let abroad = other.path("/places/{place}/reviews");
        let abroad = api.make(&abroad, said(&world.user)).await;
        let at_home = world.path("/places/{place}/reviews");
        let at_home = api.make(&at_home, said(&other.user)).await;
        api.delete(&world.path("/users/{user}")).await.is(200);
        for gone in [abroad, at_home, world.review.clone()] {
            api.get(&format!("/reviews/{gone}")).await.refused(404, "Not found");
        }
        api.get(&world.path("/places/{place}")).await.refused(404, "Not found");
        api.get(&other.path("/reviews/{review}")).await.is(200);
        let left = json!({"amenities": 2, "cities": 2, "places": 1, "reviews": 1, "states": 2, "users": 1});
        assert_eq!(api.stats().await, left);
        assert_eq!(links(&api).await, "1");
    })
    .await;
}
