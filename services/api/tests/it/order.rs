//! Of several faults the one that the originals look for first is told.

use serde_json::json;

use crate::harness::{Api, JSON, each_engine};
use crate::world::{World, nowhere};

/// Plays bodies against a path; each must be refused as told.
async fn play(api: &Api, path: &str, steps: &[(String, u16, &str)]) {
    for (body, status, error) in steps {
        let reply = api.raw("POST", path, JSON, body.clone()).await;
        reply.refused(*status, error);
    }
}

#[tokio::test]
async fn names() {
    each_engine(|api| async move {
        let steps = [
            ("nope".into(), 400, "Not a JSON"),
            ("[]".into(), 400, "Not a JSON object"),
            ("{}".into(), 400, "Missing name"),
            (r#"{"name": null}"#.into(), 400, "Missing name"),
        ];
        let cities = World::new(&api).await.path("/states/{state}/cities");
        for path in ["/states", "/amenities", &cities] {
            play(&api, path, &steps).await;
        }
    })
    .await;
}

#[tokio::test]
async fn users() {
    each_engine(|api| async move {
        let steps = [
            ("nope".into(), 400, "Not a JSON"),
            (r#"{"first_name": 5}"#.into(), 400, "Missing email"),
            (
                r#"{"email": null, "password": 5}"#.into(),
                400,
                "Missing email",
            ),
            (
                r#"{"email": "", "first_name": 5}"#.into(),
                400,
                "Missing password",
            ),
            (
                r#"{"email": "a", "password": null}"#.into(),
                400,
                "Missing password",
            ),
        ];
        play(&api, "/users", &steps).await;
    })
    .await;
}

#[tokio::test]
async fn owners() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, last) in [
            ("/cities/{city}/places", "name"),
            ("/places/{place}/reviews", "text"),
        ] {
            let missing = format!("Missing {last}");
            let steps = [
                ("nope".into(), 400, "Not a JSON"),
                ("{}".into(), 400, "Missing user_id"),
                (r#"{"user_id": null}"#.into(), 400, "Missing user_id"),
                (r#"{"user_id": 5}"#.into(), 400, "user_id must be a string"),
                (r#"{"user_id": "nope"}"#.into(), 404, "Not found"),
                (nowhere(r#"{"user_id": "{user}"}"#), 404, "Not found"),
                (
                    nowhere(r#"{"user_id": "{user}", "name": 5, "text": 5}"#),
                    404,
                    "Not found",
                ),
                (
                    world.path(r#"{"user_id": "{user}", "latitude": "x"}"#),
                    400,
                    missing.as_str(),
                ),
            ];
            play(&api, &world.path(path), &steps).await;
        }
    })
    .await;
}

#[tokio::test]
async fn strangers() {
    each_engine(|api| async move {
        for path in [
            "/states/{state}/cities",
            "/cities/{city}/places",
            "/places/{place}/reviews",
        ] {
            let path = nowhere(path);
            for body in ["nope", "[]", "{}", ""] {
                api.raw("POST", &path, JSON, body)
                    .await
                    .refused(404, "Not found");
            }
            api.get(&path).await.refused(404, "Not found");
        }
    })
    .await;
}

#[tokio::test]
async fn changes() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for path in [
            "/states/{state}",
            "/cities/{city}",
            "/amenities/{amenity}",
            "/users/{user}",
            "/places/{place}",
            "/reviews/{review}",
        ] {
            let stranger = nowhere(path);
            api.raw("PUT", &stranger, JSON, "nope")
                .await
                .refused(404, "Not found");
            api.put(&stranger, json!({"name": 5}))
                .await
                .refused(404, "Not found");
            api.raw("PUT", &world.path(path), JSON, "nope")
                .await
                .refused(400, "Not a JSON");
        }
        let broken = api.raw("POST", "/places_search", JSON, "nope").await;
        broken.refused(400, "Not a JSON");
    })
    .await;
}
