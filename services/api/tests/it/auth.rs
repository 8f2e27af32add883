//! Writes that need the token.

use axum::body::Body;
use axum::http::header;
use serde_json::json;

use crate::harness::{Api, JSON, at, each_engine, open, request};
use crate::methods::ROUTES;
use crate::reply::Reply;
use crate::world::{World, nowhere};

const SENTENCE: &str = "This needs the header Authorization: Bearer, with the token of this site";

fn guarded(api: &Api) -> Api {
    let mut manners = open();
    manners.token = Some("s3cret".parse().unwrap());
    api.with(manners)
}

async fn bring(api: &Api, credentials: &str) -> Reply {
    let request = request("POST", &at("/states"))
        .header(header::CONTENT_TYPE, JSON)
        .header(header::AUTHORIZATION, credentials);
    let body = Body::from(r#"{"name":"Utah"}"#);
    api.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn writes() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let before = api.stats().await;
        let api = guarded(&api);
        for (path, allow) in ROUTES.iter().filter(|(path, _)| *path != "/places_search") {
            for method in allow
                .split(", ")
                .filter(|m| ["POST", "PUT", "DELETE"].contains(m))
            {
                for slash in ["", "/"] {
                    let reply = api.ask(method, &(world.path(path) + slash)).await.is(401);
                    assert_eq!(reply.header("www-authenticate"), "Bearer");
                    assert_eq!(reply.header("access-control-allow-origin"), "*");
                    reply.refused(401, SENTENCE);
                }
            }
        }
        assert_eq!(api.stats().await, before);
    })
    .await;
}

#[tokio::test]
async fn reads() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let api = guarded(&api);
        for (path, allow) in ROUTES {
            for method in allow
                .split(", ")
                .filter(|m| ["GET", "HEAD", "OPTIONS"].contains(m))
            {
                api.ask(method, &world.path(path)).await.is(200);
            }
        }
        api.post("/places_search", json!({})).await.is(200);
        api.post("/places_search/", json!({})).await.is(200);
        api.post("/places_search?limit=1", json!({})).await.is(200);
        api.ask("POST", "/nope").await.refused(404, "Not found");
        api.ask("PATCH", "/states")
            .await
            .refused(405, "Method not allowed");
    })
    .await;
}

#[tokio::test]
async fn methods_without_a_handler() {
    each_engine(|api| async move {
        let api = guarded(&api);
        for (path, allow) in ROUTES {
            for method in ["POST", "PUT", "DELETE"] {
                if allow.split(", ").any(|one| one == method) {
                    continue;
                }
                let reply = api.ask(method, &nowhere(path)).await.is(405);
                assert_eq!(reply.header("allow"), allow, "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn tokens() {
    each_engine(|api| async move {
        let api = guarded(&api);
        for right in ["Bearer s3cret", "bearer s3cret", "BEARER s3cret"] {
            bring(&api, right).await.is(201);
        }
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer s3cre",
            "Bearer s3crets",
            "Bearer S3CRET",
            "Bearer  s3cret",
            "s3cret",
            "Basic s3cret",
            "Bearers3cret",
            "Token s3cret",
            "Bearer s3cret, Bearer s3cret",
        ] {
            bring(&api, wrong).await.refused(401, SENTENCE);
        }
        assert_eq!(api.stats().await["states"], 3);
    })
    .await;
}

#[tokio::test]
async fn open_house() {
    each_engine(|api| async move {
        bring(&api, "Bearer whatever").await.is(201);
    })
    .await;
}

#[tokio::test]
async fn no_way_round() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let api = guarded(&api);
        for path in [
            "/states/places_search",
            "/places/{place}/amenities/places_search",
        ] {
            api.delete(&world.path(path)).await.refused(401, SENTENCE);
        }
    })
    .await;
}
