//! Proxies in front, trusted and not, through the whole stack.

use axum::Router;
use axum::routing::get;
use kit::layers::{Client, Terms};

use crate::layers::Log;
use crate::server::{LONG, Server, Settings, drain, start_with};

async fn behind(trusted: &str) -> Server {
    let told = async |client: Client| format!("{client:?}\n");
    let routes = Router::new().route("/api/who", get(told));
    let terms = Terms {
        trusted_proxies: trusted.parse().unwrap(),
        ..Terms::default()
    };
    let calm = Settings::calm(drain(LONG, LONG, LONG));
    start_with(routes, Settings { terms, ..calm }).await
}

async fn ask(server: &Server, lines: &str) -> String {
    let mut client = server.connect().await;
    let head = "GET /api/who HTTP/1.1\r\nHost: inner\r\n";
    client.send(&format!("{head}{lines}\r\n")).await;
    client.read_to("\n").await
}

#[tokio::test]
async fn trusted() {
    let server = behind("127.0.0.0/8").await;
    let (log, _guard) = Log::start();
    let lines = "Forwarded: for=\"[2001:db8::7]:4711\";proto=https;host=shop.example\r\nX-Forwarded-For: 2001:db8::7\r\n";
    let answer = ask(&server, lines).await;
    let told = "Client { address: Some(2001:db8::7), scheme: \"https\", host: \"shop.example\" }\n";
    assert!(answer.ends_with(told), "{answer}");
    let line = log.take();
    assert!(line.contains(" peer=[2001:db8::7]:4711 "), "{line}");

    let answer = ask(&server, "X-Forwarded-For: me\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let sentence = "{\"error\":\"the field X-Forwarded-For is malformed\"}\n";
    assert!(answer.ends_with(sentence), "{answer}");
    assert!(log.take().contains(" status=400 "));
}

#[tokio::test]
async fn untrusted() {
    let server = behind("10.0.0.0/8,unix").await;
    let (log, _guard) = Log::start();
    let answer = ask(
        &server,
        "Forwarded: for=me\r\nX-Forwarded-For: 2001:db8::7\r\n",
    )
    .await;
    let told = "Client { address: Some(127.0.0.1), scheme: \"http\", host: \"inner\" }\n";
    assert!(answer.ends_with(told), "{answer}");
    assert!(log.take().contains(" peer=127.0.0.1:"));
}
