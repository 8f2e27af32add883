//! What a connection is granted, and when it is closed.

use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Request, Version};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kit::serve::{Clocks, Outcome};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::server::{CALM, Client, LONG, PATIENCE, SHORT, Server, drain, start, start_on};

async fn with_clocks(clocks: Clocks) -> Server {
    start_on("127.0.0.1:0", drain(LONG, LONG, LONG), clocks).await
}

#[tokio::test]
async fn keep_alive() {
    let server = start(drain(LONG, LONG, LONG)).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        let answer = client.get("/", "hello").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(!answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn half_closed_client_is_answered() {
    let server = start(drain(LONG, LONG, LONG)).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    client.0.shutdown().await.unwrap();
    assert!(client.rest().await.ends_with("hello"));
}

#[tokio::test]
async fn panic_ends_one_connection_only() {
    let server = start(drain(LONG, LONG, LONG)).await;
    let mut client = server.connect().await;
    client.send("GET /panic HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(client.rest().await, "");
    server.connect().await.get("/", "hello").await;
}

#[tokio::test]
async fn silent_connection_is_closed() {
    let server = with_clocks(Clocks {
        first_byte: SHORT,
        ..CALM
    })
    .await;
    assert_eq!(server.connect().await.rest().await, "");
    server.connect().await.get("/", "hello").await;
}

#[tokio::test]
async fn slow_head_is_closed() {
    let server = with_clocks(Clocks {
        head: SHORT,
        ..CALM
    })
    .await;
    for start in ["G", "GET / HTTP/1.1\r\nHost: x\r\nX-"] {
        let mut client = server.connect().await;
        client.send(start).await;
        assert_eq!(client.rest().await, "");
    }
}

#[tokio::test]
async fn dribbled_head_is_closed() {
    let server = with_clocks(Clocks {
        head: SHORT,
        ..CALM
    })
    .await;
    let (_, mut write) = server.connect().await.0.into_split();
    let started = Instant::now();
    while write
        .write_all(b"GET / HTTP/1.1\r\n"[..1].as_ref())
        .await
        .is_ok()
    {
        assert!(started.elapsed() < PATIENCE, "never closed");
        tokio::time::sleep(SHORT / 10).await;
    }
}

#[tokio::test]
async fn slow_second_head_is_closed() {
    let server = with_clocks(Clocks {
        head: SHORT,
        ..CALM
    })
    .await;
    let mut client = server.connect().await;
    client.get("/", "hello").await;
    client.send("GET / HT").await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn idle_connection_is_closed() {
    let server = with_clocks(Clocks {
        idle: SHORT,
        ..CALM
    })
    .await;
    let mut client = server.connect().await;
    client.get("/", "hello").await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn no_clock_runs_while_answering() {
    let server = with_clocks(Clocks {
        first_byte: SHORT,
        head: SHORT,
        idle: SHORT,
        ..CALM
    })
    .await;
    let mut client = server.connect().await;
    let answer = client.get("/pause", "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn http2_by_prior_knowledge() {
    let server = with_clocks(Clocks {
        first_byte: SHORT,
        head: SHORT,
        idle: SHORT * 10,
        ..CALM
    })
    .await;
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    for path in ["/", "/pause", "/"] {
        let request = Request::get(format!("http://x{path}"))
            .body(Body::empty())
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.version()),
            (200, Version::HTTP_2)
        );
        answer.into_body().collect().await.unwrap();
    }
    // Idle now, though the client keeps its side.
    let _ = timeout(PATIENCE, connection)
        .await
        .expect("the connection stays open")
        .unwrap();
}

#[tokio::test]
async fn unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hbnb.sock");
    let bind = format!("unix:{}", path.display());
    let none = Duration::ZERO;
    let server = start_on(&bind, drain(none, none, none), CALM).await;
    assert_eq!(server.address, bind);
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
        .await
        .unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
    assert_eq!(server.stop().await.outcome().await, Outcome::Drained);
    assert!(!path.exists());
}

#[tokio::test]
async fn several_listeners() {
    let server = start_on("127.0.0.1:0,127.0.0.1:0", drain(LONG, LONG, LONG), CALM).await;
    let stream = TcpStream::connect(&server.address).await.unwrap();
    Client(stream).get("/", "hello").await;
}
