//! Every route with every method.

use serde_json::json;

use crate::harness::each_engine;
use crate::world::{World, nowhere};

const READ: &str = "GET, HEAD, OPTIONS";
const COLLECTION: &str = "GET, HEAD, OPTIONS, POST";
const OBJECT: &str = "DELETE, GET, HEAD, OPTIONS, PUT";

pub(crate) const ROUTES: [(&str, &str); 19] = [
    ("/status", READ),
    ("/stats", READ),
    ("/states", COLLECTION),
    ("/states/{state}", OBJECT),
    ("/states/{state}/cities", COLLECTION),
    ("/cities/{city}", OBJECT),
    ("/amenities", COLLECTION),
    ("/amenities/{amenity}", OBJECT),
    ("/users", COLLECTION),
    ("/users/{user}", OBJECT),
    ("/cities/{city}/places", COLLECTION),
    ("/users/{user}/places", READ),
    ("/places/{place}", OBJECT),
    ("/places/{place}/reviews", COLLECTION),
    ("/reviews/{review}", OBJECT),
    ("/places/{place}/amenities", READ),
    (
        "/places/{place}/amenities/{amenity}",
        "DELETE, OPTIONS, POST",
    ),
    ("/places_search", "OPTIONS, POST"),
    ("/openapi.json", READ),
];

/// Both forms of a path.
fn forms(path: &str) -> [String; 2] {
    [path.to_owned(), format!("{path}/")]
}

#[tokio::test]
async fn options() {
    each_engine(|api| async move {
        for (path, allow) in ROUTES {
            for path in forms(&nowhere(path)) {
                let reply = api.ask("OPTIONS", &path).await.is(200);
                assert_eq!(reply.header("allow"), allow, "{path}");
                assert!(reply.body.is_empty());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn allowed() {
    each_engine(|api| async move {
        for (path, allow) in ROUTES {
            for path in forms(&nowhere(path)) {
                for method in allow.split(", ") {
                    let reply = api.ask(method, &path).await;
                    assert_ne!(reply.status, 405, "{method} {path}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn others() {
    each_engine(|api| async move {
        for (path, allow) in ROUTES {
            for path in forms(&nowhere(path)) {
                for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PURGE"] {
                    if allow.split(", ").any(|one| one == method) {
                        continue;
                    }
                    let reply = api.ask(method, &path).await.is(405);
                    assert_eq!(reply.header("allow"), allow, "{method} {path}");
                    if method == "HEAD" {
                        assert!(reply.body.is_empty(), "{path}");
                    } else {
                        reply.refused(405, "Method not allowed");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn heads() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, _) in ROUTES.iter().filter(|(_, allow)| allow.contains("GET")) {
            for path in [world.path(path), nowhere(path)] {
                let whole = api.get(&path).await;
                let head = api.ask("HEAD", &path).await;
                assert_eq!(head.status, whole.status, "{path}");
                assert_eq!(head.headers, whole.headers, "{path}");
                assert_eq!(head.length(), Some(whole.body.len()), "{path}");
                assert!(head.body.is_empty(), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn slashes() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, _) in ROUTES.iter().filter(|(_, allow)| allow.contains("GET")) {
            let [plain, slash] = forms(&world.path(path));
            let (plain, slash) = (api.get(&plain).await.is(200), api.get(&slash).await.is(200));
            assert_eq!(plain.body, slash.body, "{path}");
        }
        let found = api.post("/places_search/", json!({})).await.is(200);
        assert_eq!(found.list().len(), 1);
        let changed = api
            .put(&world.path("/states/{state}/"), json!({"name": "Ohio"}))
            .await;
        assert_eq!(changed.is(200).json()["name"], "Ohio");
        let link = world.path("/places/{place}/amenities/{amenity}/");
        api.ask("POST", &link).await.is(200);
        api.delete(&link).await.is(200);
        api.delete(&world.path("/states/{state}/")).await.is(200);
    })
    .await;
}
