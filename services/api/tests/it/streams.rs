//! Whole lists that are longer than what is read at once.

use axum::body::Body;
use axum::http::{Response, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::harness::{Api, at, blank, each_engine};
use crate::pages::{LISTS, listing, walk};
use crate::reply::ids;
use crate::world::{World, copies, copies_of_all, link_all};

/// About the ends of the slices, which have 250 rows, then 500 each.
const COUNTS: [usize; 11] = [2, 249, 250, 251, 749, 750, 751, 1249, 1250, 1251, 1751];

/// Begins a list, and reads its first piece.
async fn begun(api: &Api, path: &str) -> (Response<Body>, Vec<u8>) {
    let mut response = api.begin(blank("GET", &at(path))).await;
    assert_eq!(response.status(), 200);
    let frame = response.body_mut().frame().await.unwrap().unwrap();
    let start = frame.into_data().unwrap().to_vec();
    (response, start)
}

#[tokio::test]
async fn slices() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        let mut there = 1;
        for count in COUNTS {
            copies(&api, "states", count - there).await;
            there = count;
            let whole = api.get("/states").await.is(200);
            let list = ids(&whole.list());
            assert_eq!(list.len(), count);
            assert!(list.is_sorted_by(|a, b| a < b));
            assert_eq!(whole.length(), (count < 250).then_some(whole.body.len()));
        }
        let pages = walk(&api, "/states?limit=700", &json!({})).await;
        assert_eq!(pages.concat(), api.get("/states").await.list());
    })
    .await;
}

#[tokio::test]
async fn every_list() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies_of_all(&api, 800).await;
        api.sql("DELETE FROM place_amenity").await;
        let others = format!("DELETE FROM reviews WHERE place_id <> '{}'", world.place);
        api.sql(&others).await;
        for (path, table) in LISTS {
            if path.ends_with("}/amenities") {
                let few = format!("DELETE FROM places WHERE id <> '{}'", world.place);
                api.sql(&few).await;
                link_all(&api).await;
            }
            let whole = api
                .send(listing(&at(&world.path(path)), &json!({})))
                .await
                .is(200);
            let expected = api.stats().await[table].clone();
            assert_eq!(json!(ids(&whole.list()).len()), expected, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn breakage() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies(&api, "reviews", 599).await;
        let path = world.path("/places/{place}/reviews");
        let (response, start) = begun(&api, &path).await;
        assert!(!start.ends_with(b"]\n"));
        api.sql("DROP TABLE reviews").await;
        let rest = response.into_body().collect().await;
        assert!(rest.is_err(), "half a list ended like a whole one");
        let reply = api.get(&path).await;
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(!reply.text().contains("reviews"), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn slow_readers() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        copies(&api, "states", 999).await;
        // More than the most connections of either engine.
        let mut readers = Vec::new();
        for _ in 0..20 {
            readers.push(begun(&api, "/states").await);
        }
        assert_eq!(api.stats().await["states"], 1000);
        api.post("/states", json!({"name": "Ohio"})).await.is(201);
        for (response, mut text) in readers {
            let rest = response.into_body().collect().await.unwrap();
            text.extend_from_slice(&rest.to_bytes());
            let list: Vec<Value> = serde_json::from_slice(&text).unwrap();
            assert!(matches!(list.len(), 1000 | 1001));
        }
    })
    .await;
}

#[tokio::test]
async fn heads() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        copies(&api, "states", 300).await;
        let head = api.ask("HEAD", "/states").await.is(200);
        assert!(head.body.is_empty());
        assert_eq!(head.headers.get(header::CONTENT_LENGTH), None);
        assert_eq!(head.header("content-type"), "application/json");
    })
    .await;
}
