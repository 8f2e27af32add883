//! The probes, asked as `check` asks them.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kit::admin::{Health, Live, router};
use kit::check::{check, reach};
use kit::config::Listen;
use tower::ServiceExt;

use crate::server::{drain, start};

async fn get(health: &Health, path: &str) -> (StatusCode, String) {
    let request = Request::get(path)
        .header("host", "x")
        .body(Body::empty())
        .unwrap();
    let response = router(health, None, &Live::default())
        .oneshot(request)
        .await
        .unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn readiness() {
    let health = Health::new();
    let starting = (
        StatusCode::SERVICE_UNAVAILABLE,
        "not ready: starting\n".to_owned(),
    );
    assert_eq!(get(&health, "/healthz/ready").await, starting);
    assert_eq!(
        get(&health, "/healthz/startup").await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        get(&health, "/healthz/live").await,
        (StatusCode::OK, "alive\n".to_owned())
    );
    health.started();
    assert_eq!(
        get(&health, "/healthz/ready").await,
        (StatusCode::OK, "ready\n".to_owned())
    );
    assert_eq!(
        get(&health, "/healthz/startup").await,
        (StatusCode::OK, "started\n".to_owned())
    );
    health.block("database", "out of reach");
    let blocked = (
        StatusCode::SERVICE_UNAVAILABLE,
        "not ready: database: out of reach\n".to_owned(),
    );
    assert_eq!(get(&health, "/healthz/ready").await, blocked);
    health.clear("database");
    assert!(health.is_ready());
    health.drain();
    let draining = (
        StatusCode::SERVICE_UNAVAILABLE,
        "not ready: draining\n".to_owned(),
    );
    assert_eq!(get(&health, "/healthz/ready").await, draining);
    assert_eq!(get(&health, "/healthz/live").await.0, StatusCode::OK);
}

#[tokio::test]
async fn other_pages() {
    assert_eq!(
        get(&Health::new(), "/").await,
        (StatusCode::NOT_FOUND, "no such page\n".to_owned())
    );
    assert_eq!(get(&Health::new(), "/metrics").await.0, StatusCode::OK);
}

#[tokio::test]
async fn unspecified_address_is_asked_at_loopback() {
    let second = Duration::from_secs(1);
    let server = start(drain(second, second, second)).await;
    let Listen::Tcp { port, .. } = server.admin else {
        panic!("not TCP")
    };
    let everywhere = Listen::Tcp {
        host: "0.0.0.0".to_owned(),
        port,
    };
    assert_eq!(
        check(&everywhere, "live").await,
        Ok(format!("live at 127.0.0.1:{port}: alive"))
    );
}

#[tokio::test]
async fn nobody_there() {
    let nowhere = Listen::Unix("/nowhere/admin.sock".into());
    assert_eq!(
        check(&nowhere, "ready").await,
        Err("ready at unix:/nowhere/admin.sock: cannot connect: No such file or directory (os error 2)".to_owned())
    );
    // It takes the connection and never answers.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = mute.local_addr().unwrap().to_string();
    let problem = check(&address.parse().unwrap(), "ready").await;
    assert_eq!(
        problem,
        Err(format!("ready at {address}: no answer within 2 s"))
    );
}

#[tokio::test]
async fn a_port_is_tried() {
    let open = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = open.local_addr().unwrap().to_string();
    let listen = address.parse().unwrap();
    assert_eq!(reach(&listen).await, Ok(format!("{address}: connected")));
    drop(open);
    let refused = format!("{address}: cannot connect: Connection refused (os error 111)");
    assert_eq!(reach(&listen).await, Err(refused));
}
