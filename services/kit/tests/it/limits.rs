//! How many connections and requests there may be, and what is counted of them.

use std::time::Duration;

use tokio::time::timeout;

use crate::server::{CALM, LONG, PATIENCE, SHORT, Settings, drain, start_set};
use kit::layers::Terms;
use kit::serve::Clocks;

#[tokio::test]
async fn accepting_pauses() {
    let server = start_set(Settings {
        connection_limit: 1,
        ..Settings::calm(drain(LONG, LONG, LONG))
    })
    .await;
    let mut first = server.connect().await;
    first.get("/", "hello").await;
    let mut second = server.connect().await;
    assert!(timeout(SHORT, second.get("/", "hello")).await.is_err());
    first.get("/", "hello").await;
    drop(first);
    second.read_to("hello").await;
}

#[tokio::test]
async fn requests_beyond_the_limit() {
    let server = start_set(Settings {
        terms: Terms {
            request_limit: 1.into(),
            ..Terms::default()
        },
        ..Settings::calm(drain(LONG, LONG, LONG))
    })
    .await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    first.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.entered.notified().await;
    let answer = second.get("/", "answered\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    server.release.notify_one();
    first.read_to("slow").await;
    let answer = first.get("/", "hello").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn connections_are_counted() {
    let clocks = Clocks {
        idle: SHORT,
        head: SHORT,
        ..CALM
    };
    let server = start_set(Settings {
        clocks,
        ..Settings::calm(drain(LONG, LONG, LONG))
    })
    .await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-A: {}", "a".repeat(70_000));
    for start in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HT",
        &long,
        "no HTTP at all\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let mut client = server.connect().await;
        client.send(start).await;
        client.rest().await;
    }
    for reason in ["idle", "header_timeout", "limit", "error", "done"] {
        until_counted(reason).await;
    }
    let text = kit::metrics::render().unwrap();
    for name in ["connections_open", "connections_accepted_total"] {
        assert!(
            text.contains(&format!("{name}{{listener=\"main\"}}")),
            "{name}"
        );
    }
}

/// Waits until a connection has been closed for this reason. The client sees the end a moment before it is counted.
pub(crate) async fn until_counted(reason: &str) {
    let line = format!("connections_closed_total{{listener=\"main\",reason=\"{reason}\"}}");
    let counted = async {
        while !kit::metrics::render().unwrap().contains(&line) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = timeout(PATIENCE, counted).await;
    assert!(waited.is_ok(), "{reason} is not counted");
}
