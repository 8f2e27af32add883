//! Answers that come before the body has been read: they reach also a client that is still sending.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::{Binary, Server};
use std::io::{Read, Write};
use std::net::TcpStream;
use tempfile::TempDir;

const LARGE: usize = 10_000_000;

/// Sends a request with a large body as most clients do: all of it, or until the server hears no more; then reads.
fn answer(server: &Server, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    let head = "Host: h\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\n{head}Content-Length: {LARGE}\r\n\r\n"
    )
    .unwrap();
    let piece = [b' '; 65_536];
    let mut left = LARGE;
    while left > 0 {
        match stream.write(&piece[..left.min(piece.len())]) {
            Ok(sent) => left -= sent,
            Err(_) => break,
        }
    }
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}

#[tokio::test]
async fn large_bodies() {
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let envs = [("HBNB_API_TOKEN", "of this test")];
    let server = Server::start(&hbnb, &["serve", "--no-demo"], &envs, folder.path())
        .await
        .unwrap();
    for (method, path, status) in [
        ("POST", "/api/v1/places_search", "413 Payload Too Large"),
        ("POST", "/api/v1/nowhere", "404 Not Found"),
        ("PATCH", "/api/v1/states", "405 Method Not Allowed"),
        ("POST", "/api/v1/states", "401 Unauthorized"),
        ("GET", "/api/v1/states/x", "404 Not Found"),
    ] {
        let text = answer(&server, method, path);
        assert!(
            text.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{method} {path}: {text:?}"
        );
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            body.starts_with("{\"error\":\"") && body.ends_with("\"}\n"),
            "{body:?}"
        );
    }
}

/// An id of 10 KB is refused by the length of its request line, in the form of all errors of the API.
#[tokio::test]
async fn long_request_line() {
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let server = Server::start(&hbnb, &["serve", "--no-demo"], &[], folder.path())
        .await
        .unwrap();
    let path = format!("/api/v1/states/{}", "x".repeat(10_000));
    let reply = rig::http::get(server.base(), &path).await.unwrap();
    assert_eq!(reply.status, 414);
    assert_eq!(
        reply.text(),
        "{\"error\":\"the request line is too long\"}\n"
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
}
