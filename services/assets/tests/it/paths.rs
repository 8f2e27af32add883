//! What is not there, and what would lead elsewhere.

use crate::harness::{Reply, ask, embedded, folder, get};

const NOWHERE: [&str; 26] = [
    "/",
    "/static",
    "/static/",
    "/static/nope.css",
    "/static/styles",
    "/static/styles/",
    "/static/styles/none.css",
    "/static/styles/4-common.css/",
    "/static/Styles/4-common.css",
    "/static/styles/none.0123456789abcdef.css",
    "/static/../Cargo.toml",
    "/static/styles/../styles/4-common.css",
    "/static/./styles/4-common.css",
    "/static/%2e%2e/Cargo.toml",
    "/static/%2E%2E%2FCargo.toml",
    "/static/styles%2f4-common.css",
    "/static/..%5cCargo.toml",
    "/static/..\\Cargo.toml",
    "/static//etc/passwd",
    "/static/styles//4-common.css",
    "/static/%2fetc/passwd",
    "/static/styles/4-common.css%00",
    "/static/%00",
    "/static/%ff%fe",
    "/staticstyles/4-common.css",
    "/styles/4-common.css",
];

fn routers() -> [axum::Router; 2] {
    [embedded(), assets::router(Some(folder()))]
}

#[tokio::test]
async fn nowhere() {
    for router in routers() {
        for path in NOWHERE {
            let reply = ask(&router, "GET", path, &[]).await;
            let reply: Reply = reply.refused(404, "Not Found");
            assert!(reply.text().contains("<h1>Not Found</h1>"), "{path}");
            assert!(reply.body.len() < 300);
        }
    }
}

#[tokio::test]
async fn escapes_that_need_not_be() {
    let plain = get("/static/styles/4-common.css", &[]).await.is(200);
    for router in routers() {
        let path = "/static/styles/%34%2dcommon.css";
        let reply = ask(&router, "GET", path, &[]).await.is(200);
        assert_eq!(reply.body, plain.body);
    }
}

#[tokio::test]
async fn other_methods() {
    for router in routers() {
        for path in [
            "/static/styles/4-common.css",
            "/static/nope.css",
            "/static/",
        ] {
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
                let reply = ask(&router, method, path, &[]).await;
                let reply = reply.refused(405, "Method Not Allowed");
                assert_eq!(reply.header("allow"), "GET, HEAD");
            }
        }
    }
}
