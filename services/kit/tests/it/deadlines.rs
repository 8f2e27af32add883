//! Requests that take too long as a whole.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::stream;
use http::Request;
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kit::layers::{Streamed, Terms, TimeLimits};
use kit::serve::Clocks;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::limits::until_counted;
use crate::server::{CALM, LONG, PATIENCE, SHORT, Server, Settings, drain, start_with};

const NONE: Duration = Duration::ZERO;

/// A part at once, and the rest after a while, or never without one.
fn parts(rest: Option<Duration>) -> Body {
    let parts = stream::unfold(0, move |part| async move {
        match (part, rest) {
            (0, _) => {}
            (1, Some(rest)) => sleep(rest).await,
            (1, None) => pending().await,
            _ => return None,
        }
        Some((Ok::<_, Infallible>(Bytes::from_static(b"part;")), part + 1))
    });
    Body::from_stream(parts)
}

async fn streamed() -> Response {
    (Extension(Streamed), parts(Some(SHORT * 4))).into_response()
}

/// Tells when it is dropped.
struct Told(Arc<Notify>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// As much as is read.
fn endless(told: Told) -> Response {
    let pieces = stream::repeat_with(move || {
        let _held = &told;
        Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 65_536]))
    });
    (Extension(Streamed), Body::from_stream(pieces)).into_response()
}

/// A server whose `release` is notified when an endless answer has ended.
async fn limited(request: Duration, stream: Duration, clocks: Clocks) -> Server {
    let ended = Arc::new(Notify::new());
    let told = ended.clone();
    let routes = Router::new()
        .route("/api/never", get(async || pending::<()>().await))
        .route("/api/read", post(async |body: Bytes| body))
        .route("/api/think", post(async |_: Bytes| pending::<()>().await))
        .route("/hello", get(async || "hello"))
        .route("/parts", get(async || parts(None)))
        .route("/streamed", get(streamed))
        .route("/endless", get(async move || endless(Told(told))));
    let terms = Terms {
        time_limits: TimeLimits { request, stream },
        ..Terms::default()
    };
    let calm = Settings::calm(drain(LONG, LONG, LONG));
    let settings = Settings {
        terms,
        clocks,
        ..calm
    };
    let mut server = start_with(routes, settings).await;
    server.release = ended;
    server
}

#[tokio::test]
async fn answer_that_does_not_begin() {
    let server = limited(SHORT, LONG, CALM).await;
    let mut client = server.connect().await;
    let whole = "POST /api/think HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    for request in ["GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n", whole] {
        client.send(request).await;
        let answer = client.read_to("}\n").await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
        let sentence = "{\"error\":\"the request took too long\"}\n";
        assert!(answer.ends_with(sentence), "{answer}");
    }
    // The connection goes on.
    client.get("/hello", "hello").await;
}

#[tokio::test]
async fn body_that_does_not_arrive() {
    let server = limited(SHORT, LONG, CALM).await;
    let mut client = server.connect().await;
    client
        .send("POST /api/read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
        .await;
    let answer = client.read_to("}\n").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let sentence = "{\"error\":\"the body of the request did not arrive in time\"}\n";
    assert!(answer.ends_with(sentence), "{answer}");
}

#[tokio::test]
async fn answer_that_does_not_end() {
    let server = limited(SHORT, LONG, CALM).await;
    let mut client = server.connect().await;
    client.send("GET /parts HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let answer = client.rest().await;
    // Cut off: the last chunk is missing.
    assert!(answer.ends_with("5\r\npart;\r\n"), "{answer}");
    until_counted("request_timeout").await;
}

#[tokio::test]
async fn streamed_answer_has_its_own_limit() {
    let server = limited(SHORT, LONG, CALM).await;
    let answer = server.connect().await.get("/streamed", "0\r\n\r\n").await;
    assert!(
        answer.ends_with("part;\r\n5\r\npart;\r\n0\r\n\r\n"),
        "{answer}"
    );

    let server = limited(LONG, SHORT, CALM).await;
    let mut client = server.connect().await;
    client
        .send("GET /streamed HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    let answer = client.rest().await;
    assert!(answer.ends_with("\r\n\r\n5\r\npart;\r\n"), "{answer}");
}

#[tokio::test]
async fn client_that_reads_too_slowly_to_the_end() {
    let server = limited(LONG, SHORT, CALM).await;
    let mut client = server.connect().await;
    client
        .send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    client.read_past("\r\n\r\n").await;
    // It reads nothing more, and the server is not kept waiting.
    timeout(PATIENCE, server.release.notified()).await.unwrap();
    until_counted("request_timeout").await;
}

/// A client of HTTP/2, and its connection until it ends.
async fn over_http2(server: &Server) -> (http2::SendRequest<Body>, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = handshake.await.unwrap();
    (sender, tokio::spawn(connection))
}

fn asked(path: &str) -> Request<Body> {
    let request = Request::get(format!("http://x{path}"));
    request.body(Body::empty()).unwrap()
}

/// Its window is full, so that no byte is written that could be awaited too long.
#[tokio::test]
async fn http2_client_that_stops_reading() {
    let write = SHORT;
    let server = limited(NONE, NONE, Clocks { write, ..CALM }).await;
    let (mut sender, connection) = over_http2(&server).await;
    let mut answer = sender.send_request(asked("/endless")).await.unwrap();
    answer.body_mut().frame().await.unwrap().unwrap();
    let ended = timeout(PATIENCE, connection).await;
    let _ = ended.expect("the connection stays open").unwrap();
    until_counted("write_timeout").await;
}

/// The service is slow here, not the client.
#[tokio::test]
async fn http2_client_that_waits() {
    let write = SHORT;
    let server = limited(NONE, NONE, Clocks { write, ..CALM }).await;
    let (mut sender, _connection) = over_http2(&server).await;
    let answer = sender.send_request(asked("/streamed")).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "part;part;");
}
