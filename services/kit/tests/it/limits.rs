//! How many connections and requests there may be, and what is counted of them.

use tokio::time::timeout;

use crate::server::{CALM, LONG, SHORT, Settings, drain, start_set};
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
        request_limit: 1,
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
    for start in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HT", &long] {
        let mut client = server.connect().await;
        client.send(start).await;
        client.rest().await;
    }
    let counted = [
        "connections_open{listener=\"main\"}",
        "connections_accepted_total{listener=\"main\"}",
        "connections_closed_total{listener=\"main\",reason=\"idle\"}",
        "connections_closed_total{listener=\"main\",reason=\"header_timeout\"}",
        "connections_closed_total{listener=\"main\",reason=\"limit\"}",
    ];
    let is_counted = || {
        let text = kit::metrics::render().unwrap();
        counted.iter().all(|line| text.contains(line))
    };
    // The client sees the end a moment before it is counted.
    let waited = timeout(LONG, async {
        while !is_counted() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap();
}
