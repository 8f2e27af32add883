//! The page that shows the description, and the old address of it.

use axum::http::{Response, StatusCode};
use http_body_util::BodyExt;

use crate::harness::{Api, at, blank, each_engine};

const FILES: [(&str, &str); 4] = [
    ("docs.js", "text/javascript; charset=utf-8"),
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "image/png"),
];

async fn text(api: &Api, path: &str) -> (Response<()>, String) {
    let (head, body) = api.begin(blank("GET", &at(path))).await.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (Response::from_parts(head, ()), text)
}

#[tokio::test]
async fn page() {
    each_engine(|api| async move {
        for path in ["/docs", "/docs/"] {
            let (head, html) = text(&api, path).await;
            assert_eq!(head.status(), StatusCode::OK);
            assert_eq!(head.headers()["content-type"], "text/html; charset=utf-8");
            assert_eq!(head.headers()["access-control-allow-origin"], "*");
            let policy = head.headers()["content-security-policy"].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'self';") && !policy.contains("http"),
                "{policy}"
            );
            assert!(html.contains("<title>HBNB API</title>"));
            // All that it names is here.
            for name in html.split('"').filter(|text| text.starts_with('/')) {
                let reply = api.begin(blank("GET", name)).await;
                assert_eq!(reply.status(), StatusCode::OK, "{name}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_from_elsewhere() {
    each_engine(|api| async move {
        for path in ["/docs", "/docs/docs.js"] {
            let (_, text) = text(&api, path).await;
            for far in ["http:", "https:", "\"//", "'//"] {
                assert!(!text.contains(far), "{path} names {far}");
            }
        }
        let (_, script) = text(&api, "/docs/docs.js").await;
        assert!(script.contains("url: \"/api/v1/openapi.json\""));
        assert!(script.contains("validatorUrl: null"));
    })
    .await;
}

#[tokio::test]
async fn files() {
    each_engine(|api| async move {
        for (name, kind) in FILES {
            let reply = api.begin(blank("GET", &at(&format!("/docs/{name}")))).await;
            assert_eq!(reply.status(), StatusCode::OK, "{name}");
            assert_eq!(reply.headers()["content-type"], kind);
            assert_eq!(reply.headers()["cache-control"], "max-age=3600");
            let packed = reply.headers().contains_key("content-encoding");
            let body = reply.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(packed, body.starts_with(b"\x1f\x8b"), "{name}");
            assert!(body.len() > 100, "{name}");
        }
        for name in [
            "nope.js",
            "index.html",
            "swagger-initializer.js",
            "..%2Fdocs.js",
        ] {
            api.get(&format!("/docs/{name}"))
                .await
                .refused(404, "Not found");
        }
    })
    .await;
}

#[tokio::test]
async fn old_address() {
    each_engine(|api| async move {
        for path in ["/apidocs", "/apidocs/"] {
            for method in ["GET", "HEAD"] {
                let reply = api.begin(blank(method, path)).await;
                assert_eq!(reply.status(), StatusCode::PERMANENT_REDIRECT);
                assert_eq!(reply.headers()["location"], "/api/v1/docs/");
            }
            let reply = api.send(blank("POST", path)).await;
            assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS");
            reply.refused(405, "Method not allowed");
        }
    })
    .await;
}

#[tokio::test]
async fn methods() {
    each_engine(|api| async move {
        for path in ["/docs", "/docs/", "/docs/docs.js"] {
            let reply = api.ask("OPTIONS", path).await.is(200);
            assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS");
            let reply = api.ask("DELETE", path).await;
            assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS");
            reply.refused(405, "Method not allowed");
        }
    })
    .await;
}
