//! An API that is away, slow, or says what makes no sense.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use kit::layers::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower::ServiceExt;
use web::ApiClient;

use crate::harness::{DEADLINE, Reply, get, over_http, site};

const PAGE: &str = "/states_list";

fn is_told_well(reply: &Reply, status: StatusCode) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.text.contains("</html>"), "{}", reply.text);
    assert!(!reply.text.contains("inner"), "{}", reply.text);
}

async fn answered(answer: fn() -> Response) -> Reply {
    get(&site(Router::new().fallback(async move || answer())), PAGE).await
}

#[tokio::test]
async fn fails() {
    let inner = || (StatusCode::INTERNAL_SERVER_ERROR, "inner text").into_response();
    is_told_well(&answered(inner).await, StatusCode::BAD_GATEWAY);
    let away = || (StatusCode::SERVICE_UNAVAILABLE, "inner text").into_response();
    let reply = answered(away).await;
    is_told_well(&reply, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn says_garbage() {
    for answer in [
        || "inner garbage".into_response(),
        || r#"{"inner":1}"#.into_response(),
        || (StatusCode::IM_A_TEAPOT, "inner garbage").into_response(),
    ] as [fn() -> Response; 3]
    {
        is_told_well(&answered(answer).await, StatusCode::BAD_GATEWAY);
    }
}

/// The log is told the right reason, once.
#[tokio::test]
async fn says_too_much() {
    let long = Router::new().fallback(async || format!("[{}]", " ".repeat(2_000)));
    let client = ApiClient::in_process(long, DEADLINE).with_answer_limit(1_000);
    let request = Request::get(PAGE).body(Body::empty()).unwrap();
    let response = web::app(client).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let failure = response.extensions().get::<Failure>().unwrap();
    let told = format!("{failure:?}");
    assert!(told.contains("more than 1000 bytes"), "{told}");
}

#[tokio::test]
async fn is_slow() {
    let asked = Instant::now();
    let never = Router::new().fallback(std::future::pending::<&str>);
    let reply = get(&site(never), PAGE).await;
    is_told_well(&reply, StatusCode::GATEWAY_TIMEOUT);
    assert!(asked.elapsed() < DEADLINE + Duration::from_secs(2));
}

#[tokio::test]
async fn is_away() {
    let port = rig::process::free_port().unwrap();
    let reply = get(&over_http(port), PAGE).await;
    is_told_well(&reply, StatusCode::SERVICE_UNAVAILABLE);
}

/// Answers the requests of each connection with these in turn, then closes it in the middle of the next one.
async fn hangs_up_after(answers: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut buffer = [0; 4096];
            for _ in 0..answers {
                assert!(stream.read(&mut buffer).await.unwrap() > 0);
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
                stream.write_all(answer).await.unwrap();
            }
            let _ = stream.read(&mut buffer).await;
        }
    });
    (port, connections)
}

/// A connection that was kept alive has ended at the other side: the call is made again on another one.
#[tokio::test]
async fn hangs_up() {
    let (port, connections) = hangs_up_after(1).await;
    let site = over_http(port);
    for _ in 0..5 {
        assert_eq!(get(&site, PAGE).await.status, StatusCode::OK);
    }
    assert!(connections.load(Ordering::Relaxed) >= 5);
}

#[tokio::test]
async fn always_hangs_up() {
    let (port, connections) = hangs_up_after(0).await;
    let reply = get(&over_http(port), PAGE).await;
    is_told_well(&reply, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(connections.load(Ordering::Relaxed), 2, "one more attempt");
}
