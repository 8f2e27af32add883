//! Bodies of requests: what may follow them, and those that the service does not want.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use axum::routing::{any, get};
use http_body_util::{BodyExt, Collected};
use hyper::body::Frame;
use kit::serve::Clocks;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::limits::until_counted;
use crate::server::{CALM, LONG, PATIENCE, SHORT, Server, Settings, drain, start_with};

const MISSING: &str = "HTTP/1.1 404 Not Found\r\n";

async fn server() -> Server {
    let routes = Router::new()
        .route("/echo", any(async |body: Bytes| body))
        .route("/hello", get(async || "hello"))
        .fallback(async || (StatusCode::NOT_FOUND, "none"));
    start_with(routes, Settings::calm(drain(LONG, LONG, LONG))).await
}

#[tokio::test]
async fn trailers_that_belong_into_the_head() {
    let trailed = |field: &str| {
        format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n{field}\r\n\r\n"
        )
    };
    let server = server().await;
    for (field, wanted) in [
        ("Content-Length: 9", "HTTP/1.1 400 "),
        ("Host: b", "HTTP/1.1 400 "),
        ("X-Sum: 9", "HTTP/1.1 200 "),
    ] {
        let mut client = server.connect().await;
        client.send(&trailed(field)).await;
        let answer = client.read_past("\r\n\r\n").await;
        assert!(answer.starts_with(wanted), "{field}: {answer}");
    }
}

#[tokio::test]
async fn unwanted_body_is_read() {
    let server = server().await;
    let body = "x".repeat(50_000);
    let mut client = server.connect().await;
    for _ in 0..2 {
        client
            .send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n")
            .await;
        let answer = client.read_to("none").await;
        assert!(answer.starts_with(MISSING), "{answer}");
        // Only now, when the answer is here.
        client.send(&body).await;
    }
    client.get("/hello", "hello").await;
}

#[tokio::test]
async fn pipelined_behind_an_unwanted_body() {
    let server = server().await;
    let chunked = "POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let next = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut client = server.connect().await;
    client.send(&format!("{chunked}{next}")).await;
    let answers = client.read_to("hello").await;
    assert!(answers.starts_with(MISSING), "{answers}");
}

#[tokio::test]
async fn large_unwanted_body_is_not_read() {
    let server = server().await;
    let mut client = server.connect().await;
    client
        .send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        .await;
    assert!(client.rest().await.ends_with("none"));
}

#[tokio::test]
async fn unwanted_body_is_not_asked_for() {
    let server = server().await;
    let mut client = server.connect().await;
    client
        .send("POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        .await;
    let answer = client.rest().await;
    assert!(answer.starts_with(MISSING), "{answer}");
}

async fn with_clocks(routes: Router, clocks: Clocks) -> Server {
    let calm = Settings::calm(drain(LONG, LONG, LONG));
    start_with(routes, Settings { clocks, ..calm }).await
}

#[tokio::test]
async fn stalled_body_ends_the_connection() {
    let (ended, mut end) = mpsc::unbounded_channel();
    let read = async move |body: Body| {
        let read = body.collect().await.map_err(|error| error.to_string());
        ended.send(read.map(Collected::to_bytes)).unwrap();
    };
    let routes = Router::new().route("/", any(read));
    let body = SHORT;
    let server = with_clocks(routes, Clocks { body, ..CALM }).await;
    for start in [
        "Content-Length: 5\r\n\r\nhe",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
    ] {
        let mut client = server.connect().await;
        client
            .send(&format!("POST / HTTP/1.1\r\nHost: a\r\n{start}"))
            .await;
        client.rest().await;
        let error = end.recv().await.unwrap().unwrap_err();
        assert_eq!(error, "the client took too long to send the body");
    }
    until_counted("body_timeout").await;
}

/// A body without end, which tells when it is dropped.
struct Endless(Option<oneshot::Sender<()>>);

impl Drop for Endless {
    fn drop(&mut self) {
        self.0
            .take()
            .into_iter()
            .for_each(|ended| ended.send(()).unwrap());
    }
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 65_536])))))
    }
}

#[tokio::test]
async fn stalled_answer_ends_the_connection() {
    let (ended, end) = oneshot::channel();
    let endless = Arc::new(Mutex::new(Some(Endless(Some(ended)))));
    let routes = Router::new().route(
        "/",
        get(async move || Body::new(endless.lock().unwrap().take().unwrap())),
    );
    let write = SHORT;
    let server = with_clocks(routes, Clocks { write, ..CALM }).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    timeout(PATIENCE, end).await.unwrap().unwrap();
    until_counted("write_timeout").await;
}
