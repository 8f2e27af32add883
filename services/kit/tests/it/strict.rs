//! Requests that are refused before the service sees them.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::server::{LONG, Server, Settings, drain, start_with};

async fn server() -> Server {
    let routes = Router::new()
        .route("/hello", get(async || "hello"))
        .fallback(async || (StatusCode::NOT_FOUND, "none"));
    start_with(routes, Settings::calm(drain(LONG, LONG, LONG))).await
}

/// The status line of the answer to these bytes, on a connection of their own.
async fn status(server: &Server, request: &str) -> String {
    let mut client = server.connect().await;
    client.send(request).await;
    let answer = client.read_past("\r\n\r\n").await;
    answer.lines().next().unwrap().to_owned()
}

async fn expect(wanted: u16, requests: &[String]) {
    let server = server().await;
    for request in requests {
        let status = status(&server, request).await;
        let start = &request[..request.len().min(80)];
        let (_, code) = status.split_at("HTTP/1.1 ".len());
        assert_eq!(code[..3].parse(), Ok(wanted), "{start:?}: {status}");
    }
}

fn lines(lines: &[&str]) -> String {
    format!("{}\r\n\r\n", lines.join("\r\n"))
}

#[tokio::test]
async fn host() {
    let refused: [&[&str]; 6] = [
        &["GET /hello HTTP/1.1"],
        &["GET /hello HTTP/1.1", "Host: a", "Host: b"],
        &["GET /hello HTTP/1.1", "Host: a", "Host: a"],
        &["GET /hello HTTP/1.0", "Host: a", "Host: a"],
        &["GET /hello HTTP/1.1", "Host: a b"],
        &["GET http://a/hello HTTP/1.1"],
    ];
    expect(400, &refused.map(lines)).await;
    let served: [&[&str]; 5] = [
        &["GET /hello HTTP/1.1", "Host: a"],
        &["GET /hello HTTP/1.1", "Host:"],
        &["GET /hello HTTP/1.1", "Host: [::1]:80"],
        &["GET /hello HTTP/1.0"],
        &["GET http://a/hello HTTP/1.1", "Host: a"],
    ];
    expect(200, &served.map(lines)).await;
}

#[tokio::test]
async fn forms_of_the_target() {
    let refused: [&[&str]; 3] = [
        &["GET a:443 HTTP/1.1", "Host: a:443"],
        &["GET * HTTP/1.1", "Host: a"],
        &["CONNECT /hello HTTP/1.1", "Host: a"],
    ];
    expect(400, &refused.map(lines)).await;
    let passed: [&[&str]; 2] = [
        &["OPTIONS * HTTP/1.1", "Host: a"],
        &["CONNECT a:443 HTTP/1.1", "Host: a:443"],
    ];
    expect(404, &passed.map(lines)).await;
}

#[tokio::test]
async fn fields_that_come_once() {
    let twice = lines(&[
        "GET /hello HTTP/1.1",
        "Host: a",
        "Content-Type: text/plain",
        "Content-Type: text/html",
    ]);
    expect(400, &[twice]).await;
}

/// A request line of this length.
fn line(length: usize) -> String {
    let rest = "GET /hello? HTTP/1.1".len();
    let query = "q".repeat(length - rest);
    lines(&[&format!("GET /hello?{query} HTTP/1.1"), "Host: a"])
}

#[tokio::test]
async fn long_lines() {
    expect(200, &[line(8190)]).await;
    expect(414, &[line(8191), line(60_000)]).await;
}

/// A head of this size, in a few fields.
fn head(size: usize) -> String {
    let start = "GET /hello HTTP/1.1\r\nHost: a\r\nX-A: ";
    let fill = size - start.len() - "\r\n\r\n".len();
    format!("{start}{}\r\n\r\n", "a".repeat(fill))
}

#[tokio::test]
async fn large_heads() {
    expect(200, &[head(65_000)]).await;
    expect(431, &[head(65_600), head(80_000)]).await;
}

#[tokio::test]
async fn many_fields() {
    let fields = |count: usize| {
        let more = "X-A: a\r\n".repeat(count - 1);
        format!("GET /hello HTTP/1.1\r\nHost: a\r\n{more}\r\n")
    };
    expect(200, &[fields(100)]).await;
    expect(431, &[fields(101), fields(200)]).await;
}

#[tokio::test]
async fn refused_connections_are_closed() {
    let server = server().await;
    let mut client = server.connect().await;
    client
        .send("GET /hello HTTP/1.1\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    let answer = client.rest().await;
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.contains("x-request-id: "), "{answer}");
    assert!(
        answer.ends_with("\r\n\r\nthe field Host is missing\n"),
        "{answer}"
    );
}
