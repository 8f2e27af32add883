//! The end of a server: nothing in flight is lost, and it does end.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kit::check::check;
use kit::serve::Outcome;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::limits::until_counted;
use crate::server::{LONG, Server, drain, start};

const NONE: Duration = Duration::ZERO;

/// A client whose request is being answered.
async fn in_flight(server: &Server) -> crate::server::Client {
    let mut client = server.connect().await;
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.entered.notified().await;
    client
}

async fn refused(address: &str) {
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn request_in_flight_finishes() {
    let server = start(drain(NONE, NONE, LONG)).await;
    let mut client = in_flight(&server).await;
    let stopping = server.stop().await;
    refused(&stopping.address).await;
    stopping.release.notify_one();
    let answer = client.rest().await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("slow"),
        "{answer}"
    );
    assert_eq!(stopping.outcome().await, Outcome::Drained);
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let server = start(drain(NONE, NONE, LONG)).await;
    let (mut used, mut fresh) = (server.connect().await, server.connect().await);
    used.get("/", "hello").await;
    let stopping = server.stop().await;
    assert_eq!(
        (used.rest().await, fresh.rest().await),
        (String::new(), String::new())
    );
    assert_eq!(stopping.outcome().await, Outcome::Drained);
}

#[tokio::test]
async fn deadline_cuts_off() {
    let server = start(drain(NONE, NONE, Duration::from_millis(50))).await;
    let mut client = in_flight(&server).await;
    assert_eq!(server.stop().await.outcome().await, Outcome::CutOff);
    assert_eq!(client.rest().await, "");
    until_counted("drain").await;
}

#[tokio::test]
async fn accepts_during_the_delay_and_asks_to_close() {
    let server = start(drain(LONG, LONG, LONG)).await;
    let mut kept = server.connect().await;
    kept.get("/", "hello").await;
    assert_eq!(
        check(&server.admin, "ready").await,
        Ok(format!("ready at {}: ready", server.admin))
    );
    let mut stopping = server.stop().await;
    let mut fresh = crate::server::Client(TcpStream::connect(&stopping.address).await.unwrap());
    for client in [&mut kept, &mut fresh] {
        let answer = client.get("/", "hello").await;
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        assert_eq!(client.rest().await, "");
    }
    let problem = format!("ready at {}: 503 not ready: draining", stopping.admin);
    assert_eq!(check(&stopping.admin, "ready").await, Err(problem));
    assert_eq!(
        check(&stopping.admin, "live").await,
        Ok(format!("live at {}: alive", stopping.admin))
    );
    stopping.interrupt();
    assert_eq!(stopping.outcome().await, Outcome::Interrupted);
}

#[tokio::test]
async fn lingers_for_kept_alive_connections() {
    let server = start(drain(NONE, LONG, LONG)).await;
    let mut kept = server.connect().await;
    kept.get("/", "hello").await;
    let stopping = server.stop().await;
    refused(&stopping.address).await;
    let answer = kept.get("/", "hello").await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(stopping.outcome().await, Outcome::Drained);
}

#[tokio::test]
async fn interrupted_with_a_request_in_flight() {
    let server = start(drain(NONE, NONE, LONG)).await;
    let mut client = in_flight(&server).await;
    let mut stopping = server.stop().await;
    stopping.interrupt();
    let outcome = stopping.outcome().await;
    assert_eq!((outcome, outcome.code()), (Outcome::Interrupted, 1));
    assert_eq!(client.rest().await, "");
}

/// A client of HTTP/2, and the task that drives its connection.
async fn http2_client(address: &str) -> (SendRequest<Body>, JoinHandle<hyper::Result<()>>) {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (sender, connection) = http2::handshake(TokioExecutor::new(), stream)
        .await
        .unwrap();
    (sender, tokio::spawn(connection))
}

async fn get(sender: &mut SendRequest<Body>, path: &str) -> hyper::Result<StatusCode> {
    let request = Request::get(format!("http://x{path}")).body(Body::empty());
    let answer = sender.send_request(request.unwrap()).await?;
    let status = answer.status();
    answer.into_body().collect().await?;
    Ok(status)
}

/// It hears so at once, not when accepting ends, and what it has asked is answered.
#[tokio::test]
async fn http2_clients_are_sent_away() {
    let server = start(drain(LONG, LONG, LONG)).await;
    let (mut idle, idle_connection) = http2_client(&server.address).await;
    let (mut busy, busy_connection) = http2_client(&server.address).await;
    assert_eq!(get(&mut idle, "/").await.unwrap(), 200);
    let in_flight = tokio::spawn(async move { get(&mut busy, "/slow").await });
    server.entered.notified().await;
    let stopping = server.stop().await;
    idle_connection.await.unwrap().unwrap();
    assert!(get(&mut idle, "/").await.is_err());
    stopping.release.notify_one();
    assert_eq!(in_flight.await.unwrap().unwrap(), 200);
    busy_connection.await.unwrap().unwrap();
}

/// One that comes while the server still accepts is answered, and sent away too.
#[tokio::test]
async fn http2_clients_that_come_late() {
    let server = start(drain(LONG, LONG, LONG)).await;
    server.connect().await.get("/", "hello").await;
    let stopping = server.stop().await;
    let (mut late, connection) = http2_client(&stopping.address).await;
    // The good-bye may come before the request.
    assert!(get(&mut late, "/").await.is_ok_and(|status| status == 200) || late.is_closed());
    connection.await.unwrap().unwrap();
}

/// It never acknowledges the good-bye, and must not hold the server up.
#[tokio::test]
async fn http2_client_that_does_not_listen() {
    let server = start(drain(NONE, NONE, LONG)).await;
    let mut deaf = server.connect().await;
    let empty_settings = "\0\0\0\u{4}\0\0\0\0\0";
    deaf.send(&format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{empty_settings}"))
        .await;
    // The server has said its own settings: it knows what the client speaks.
    deaf.0.read_exact(&mut [0; 9]).await.unwrap();
    assert_eq!(server.stop().await.outcome().await, Outcome::Drained);
}
