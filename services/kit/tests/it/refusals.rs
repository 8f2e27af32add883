//! What the stack refuses, in the form of who is told: a page, JSON, a line.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use kit::config::Size;
use kit::layers::{Terms, TimeLimits};
use tokio::time::timeout;

use crate::server::{LONG, PATIENCE, SHORT, Server, Settings, drain, start_set, start_with};

fn page(status: StatusCode, sentence: &str) -> String {
    format!("<p>{}: {sentence}</p>\n", status.as_u16())
}

/// A body of which nothing ever comes.
fn endless() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>())
}

/// Routes below `/api/`, below `/static/` and elsewhere.
async fn server_on(terms: Terms) -> Server {
    let routes = Router::new()
        .route("/never", get(std::future::pending::<()>))
        .route("/read", post(async |body: Bytes| body))
        .route("/begin", post(async |_: Bytes| endless()));
    let routes = Router::new()
        .nest("/api", routes.clone())
        .nest("/static", routes.clone())
        .merge(routes);
    let terms = Terms {
        refusal_page: Some(page),
        ..terms
    };
    let calm = Settings::calm(drain(LONG, LONG, LONG));
    start_with(routes, Settings { terms, ..calm }).await
}

/// What takes long is refused.
async fn server() -> Server {
    let time_limits = TimeLimits {
        request: SHORT,
        stream: LONG,
    };
    server_on(Terms {
        time_limits,
        ..Terms::default()
    })
    .await
}

/// Asserts the status and the form of the answer to these bytes, in which `BELOW` stands before the path.
async fn is_refused(server: &Server, request: &str, status: u16, sentence: &str) {
    let json = format!("{{\"error\":\"{sentence}\"}}\n");
    let html = format!("<p>{status}: {sentence}</p>\n");
    for (below, kind, body) in [
        ("/api", "application/json", json),
        (
            "/static",
            "text/plain; charset=utf-8",
            format!("{sentence}\n"),
        ),
        ("", "text/html; charset=utf-8", html),
    ] {
        let mut client = server.connect().await;
        client.send(&request.replace("BELOW", below)).await;
        let answer = client.read_to(&body).await;
        let start = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&start), "{below}: {answer}");
        let kind = format!("content-type: {kind}\r\n");
        assert!(answer.contains(&kind), "{below}: {answer}");
        let is_page = below.is_empty();
        for field in ["content-security-policy: ", "cache-control: no-store\r\n"] {
            assert_eq!(answer.contains(field), is_page, "{below}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_takes_too_long() {
    let server = server().await;
    let slow = "GET BELOW/never HTTP/1.1\r\nHost: a\r\n\r\n";
    is_refused(&server, slow, 503, "the request took too long").await;
    let half = "POST BELOW/read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe";
    let sentence = "the body of the request did not arrive in time";
    is_refused(&server, half, 408, sentence).await;
}

#[tokio::test]
async fn what_is_malformed_or_too_large() {
    let server = server().await;
    let no_host = "GET BELOW/never HTTP/1.1\r\n\r\n";
    is_refused(&server, no_host, 400, "the field Host is missing").await;
    let long = "x".repeat(9000);
    let line = format!("GET BELOW/{long} HTTP/1.1\r\nHost: a\r\n\r\n");
    is_refused(&server, &line, 414, "the request line is too long").await;
}

#[tokio::test]
async fn what_comes_beside_too_many() {
    let terms = Terms {
        request_limit: 1.into(),
        refusal_page: Some(page),
        ..Terms::default()
    };
    let calm = Settings::calm(drain(LONG, LONG, LONG));
    let server = start_set(Settings { terms, ..calm }).await;
    let mut first = server.connect().await;
    first.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    server.entered.notified().await;
    let busy = "too many requests are being answered";
    is_refused(&server, "GET BELOW/ HTTP/1.1\r\nHost: a\r\n\r\n", 503, busy).await;
    // To HEAD without the page, or the next answer would not follow at once.
    let mut other = server.connect().await;
    let both = ["HEAD", "GET"].map(|method| format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
    other.send(&both.concat()).await;
    let answers = other.read_to(&format!("<p>503: {busy}</p>\n")).await;
    let starts = answers.matches("HTTP/1.1 503 ").count();
    let heads_only = answers.matches("\r\n\r\nHTTP/1.1 503 ").count();
    assert_eq!((starts, heads_only), (2, 1), "{answers}");
}

/// Bodies may have so many bytes, all together.
fn with_room(bytes: u64) -> Terms {
    Terms {
        body_memory: Size(bytes).into(),
        ..Terms::default()
    }
}

/// A request with a body of so many bytes, and these lines in its head.
fn long(path: &str, lines: &str, length: usize) -> String {
    let body = "x".repeat(length);
    format!("POST {path} HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {length}\r\n\r\n{body}")
}

#[tokio::test]
async fn long_bodies_without_room() {
    let server = server_on(with_room(64 << 10)).await;
    let asked = |length: usize| long("/read", "", length);
    // Alone, a body may be longer than all the room; it takes the whole of it until its end has come.
    let whole = asked(96 << 10);
    let (begun, end) = whole.split_at(whole.len() - 1);
    let mut first = server.connect().await;
    first.send(begun).await;
    let full = "the bodies of other requests leave no room for this one";
    let refused = async {
        loop {
            let mut second = server.connect().await;
            second.send(&asked(20 << 10)).await;
            let answer = second.read_past("\r\n\r\n").await;
            if answer.starts_with("HTTP/1.1 503 ") {
                break answer;
            }
        }
    };
    let answer = timeout(PATIENCE, refused).await.unwrap();
    assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    is_refused(&server, &long("BELOW/read", "", 20 << 10), 503, full).await;
    let mut short = server.connect().await;
    short.send(&asked(16 << 10)).await;
    let answer = short.read_to("x").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    first.send(end).await;
    let answer = first.read_past("xxx").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn an_answer_that_has_begun_leaves_its_room() {
    let server = server_on(with_room(64 << 10)).await;
    let mut first = server.connect().await;
    first.send(&long("/begin", "", 96 << 10)).await;
    let answer = first.read_past("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut second = server.connect().await;
    second.send(&long("/read", "", 20 << 10)).await;
    let answer = second.read_past("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Who was given leave to send a body is in the midst of it when there is no room any more, and still hears so.
#[tokio::test]
async fn a_body_with_leave_finds_no_room() {
    let server = server_on(with_room(64 << 10)).await;
    let whole = long("/read", "", 96 << 10);
    let mut first = server.connect().await;
    first.send(&whole[..whole.len() - 1]).await;
    let refused = async {
        loop {
            let mut second = server.connect().await;
            let asked = long("/read", "Expect: 100-continue\r\n", 8 << 20);
            let (head, body) = asked.split_at(asked.find("\r\n\r\n").unwrap() + 4);
            second.send(head).await;
            second.read_to("HTTP/1.1 100 Continue\r\n\r\n").await;
            second.send(body).await;
            let answer = second.read_past("\r\n\r\n").await;
            if answer.starts_with("HTTP/1.1 503 ") {
                break;
            }
        }
    };
    timeout(PATIENCE, refused).await.unwrap();
}
