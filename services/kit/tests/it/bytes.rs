//! The bytes of bodies are counted, in both directions.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use futures_util::stream;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kit::admin::Health;
use kit::layers::{Terms, apply};
use tower::ServiceExt;

/// Reads the body, or not, and gives seven bytes.
fn router() -> Router {
    let router = Router::new()
        .route("/counted/read", post(async |_: String| "answers"))
        .route("/counted/left", post(async || "answers"));
    apply(router, &Health::new(), &Terms::default())
}

async fn send(path: &str, body: Body) {
    let request = Request::post(path).header(header::HOST, "x").body(body);
    let response = router().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().collect().await.unwrap();
}

fn counted(direction: &str, path: &str) -> Option<u64> {
    let start =
        format!(r#"http_{direction}_bytes_total{{method="POST",route="{path}",status="2xx"}} "#);
    let text = kit::metrics::render().unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix(&start))
        .map(|value| value.parse().unwrap())
}

#[tokio::test]
async fn bodies_are_counted_as_they_are_read() {
    send("/counted/read", Body::from("abc")).await;
    let parts = ["de", "fgh"].map(Ok::<_, std::io::Error>);
    send("/counted/read", Body::from_stream(stream::iter(parts))).await;
    assert_eq!(counted("request", "/counted/read"), Some(8));
    assert_eq!(counted("response", "/counted/read"), Some(14));
}

#[tokio::test]
async fn body_that_nobody_reads() {
    send("/counted/left", Body::from("abc")).await;
    assert_eq!(counted("request", "/counted/left"), Some(0));
    assert_eq!(counted("response", "/counted/left"), Some(7));
}
