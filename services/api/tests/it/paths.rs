//! Paths that no route has.

use crate::harness::{blank, each_engine};
use crate::world::World;

const UNKNOWN: [&str; 25] = [
    "/",
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v1/cities",
    "/api/v1/places",
    "/api/v1/reviews",
    "/api/v1/nope",
    "/api/v2/states",
    "/v1/states",
    "/states",
    "/api/v1/States",
    "/api/V1/states",
    "/API/v1/states",
    "/api/v1/STATUS",
    "/api/v1//states",
    "//api/v1/states",
    "/api/v1/%73tates",
    "/api/v1/states%2F",
    "/api/v1/status/x",
    "/api/v1/places_search/x",
    "/api/v1/./states",
    "/api/v1/states/../users",
    "/favicon.ico",
];

#[tokio::test]
async fn unknown() {
    each_engine(|api| async move {
        for path in UNKNOWN {
            for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "NOPE"] {
                let reply = api.send(blank(method, path)).await.is(404);
                assert_eq!(
                    reply.text(),
                    "{\"error\":\"Not found\"}\n",
                    "{method} {path}"
                );
            }
            let head = api.send(blank("HEAD", path)).await.is(404);
            assert!(head.body.is_empty());
            assert_eq!(head.length(), Some(22));
        }
    })
    .await;
}

#[tokio::test]
async fn below_objects() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for path in [
            "/states//",
            "/states/{state}//",
            "/states/{state}/nope",
            "/states/{state}/places",
            "/cities/{city}/cities",
            "/users/{user}/reviews",
            "/reviews/{review}/user",
            "/places/{place}/Amenities",
            "/places/{place}/amenities/{amenity}/x",
        ] {
            api.get(&world.path(path)).await.refused(404, "Not found");
        }
    })
    .await;
}

#[tokio::test]
async fn queries() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for query in ["", "limit", "page=2", "a=%ff", "&&=", "%", "x[]=1&x[]=2"] {
            let path = world.path("/states/{state}") + "?" + query;
            api.get(&path).await.is(200);
        }
    })
    .await;
}
