//! Calls from pages of other origins.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS as ASKED_HEADERS, ACCESS_CONTROL_REQUEST_METHOD as ASKED_METHOD,
    ORIGIN,
};

use crate::harness::{Api, at, each_engine, open, request};
use crate::reply::Reply;

const METHODS: &str = "DELETE, GET, HEAD, OPTIONS, POST, PUT";

fn listing(api: &Api) -> Api {
    let mut manners = open();
    manners.cors_origins = "https://a.example, https://b.example:8443".into();
    api.with(manners)
}

async fn from(api: &Api, origin: &str, path: &str) -> Reply {
    let request = request("GET", path).header(ORIGIN, origin);
    api.send(request.body(Body::empty()).unwrap()).await
}

async fn preflight(api: &Api, origin: &str) -> Reply {
    let request = request("OPTIONS", &at("/states"))
        .header(ORIGIN, origin)
        .header(ASKED_METHOD, "POST")
        .header(ASKED_HEADERS, "content-type,x-mine");
    api.send(request.body(Body::empty()).unwrap()).await.is(200)
}

#[tokio::test]
async fn anyone() {
    each_engine(|api| async move {
        for path in [
            "/api/v1/status",
            "/api/v1/nope",
            "/",
            "/api/v1/states?limit=0",
        ] {
            let reply = from(&api, "https://a.example", path).await;
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(
                reply.header("access-control-expose-headers"),
                "Link, X-Request-Id"
            );
            assert_eq!(reply.header("vary"), "");
        }
        let plain = api.get("/status").await.is(200);
        assert_eq!(plain.header("access-control-allow-origin"), "*");
        let wrong = api.ask("PATCH", "/status").await.is(405);
        assert_eq!(wrong.header("access-control-allow-origin"), "*");
    })
    .await;
}

#[tokio::test]
async fn asking_first() {
    each_engine(|api| async move {
        let reply = preflight(&api, "https://a.example").await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(reply.header("access-control-allow-methods"), METHODS);
        assert_eq!(
            reply.header("access-control-allow-headers"),
            "content-type,x-mine"
        );
        assert_eq!(reply.header("access-control-max-age"), "600");
        assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS, POST");
        let plain = api.ask("OPTIONS", "/states").await.is(200);
        assert_eq!(plain.header("access-control-allow-methods"), "");
    })
    .await;
}

#[tokio::test]
async fn friends() {
    each_engine(|api| async move {
        let api = listing(&api);
        for friend in ["https://a.example", "https://b.example:8443"] {
            for path in ["/api/v1/status", "/api/v1/nope", "/api/v1/states?limit=0"] {
                let reply = from(&api, friend, path).await;
                assert_eq!(reply.header("access-control-allow-origin"), friend);
                assert_eq!(reply.header("vary"), "Origin");
            }
            let reply = preflight(&api, friend).await;
            assert_eq!(reply.header("access-control-allow-origin"), friend);
            assert_eq!(reply.header("access-control-allow-methods"), METHODS);
            assert_eq!(
                reply.header("access-control-allow-headers"),
                "content-type,x-mine"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn strangers() {
    each_engine(|api| async move {
        let api = listing(&api);
        for stranger in [
            "https://c.example",
            "http://a.example",
            "https://a.example:1",
            "null",
            "*",
            "",
        ] {
            let reply = from(&api, stranger, "/api/v1/status").await.is(200);
            assert_eq!(reply.header("access-control-allow-origin"), "");
            assert_eq!(reply.header("vary"), "Origin");
            let reply = preflight(&api, stranger).await;
            assert_eq!(reply.header("access-control-allow-methods"), "");
        }
        let plain = api.get("/status").await.is(200);
        assert_eq!(plain.header("vary"), "Origin");
    })
    .await;
}
