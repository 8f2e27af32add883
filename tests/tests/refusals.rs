//! What is refused before any service is asked, as a person and as a program is told it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::http::{Reply, send};
use rig::process::free_port;
use rig::{Binary, Half, Server};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);
const LIMITS: [(&str, &str); 1] = [("HBNB_REQUEST_LIMIT", "1")];

async fn ask(server: &Server, method: &str, path: &str) -> Reply {
    let reply = send(server.base(), method, path, &[], None, PATIENCE).await;
    reply.unwrap()
}

/// A page of the site's own, with all that its pages have around them.
fn is_page(reply: &Reply, status: u16, sentence: &str) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{text}");
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert!(reply.header("content-security-policy").is_some());
    for part in ["<header class=\"top\">", sentence, "</html>"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

/// JSON below `/api/`, one line below `/static/`.
async fn others_are_told_plainly(server: &Server, status: u16, rest: &str) {
    let reply = ask(server, "GET", &format!("/api/v1/{rest}")).await;
    assert_eq!(reply.status, status);
    assert!(reply.json().unwrap()["error"].is_string());
    let reply = ask(server, "GET", &format!("/static/{rest}")).await;
    assert_eq!(reply.status, status);
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("text/plain; charset=utf-8"));
}

const LONG: &str = "This cannot be answered: the request line is too long.";
const BUSY: &str = "The site has too much to do right now.";

#[tokio::test]
async fn under_hbnb_serve() {
    let folder = TempDir::new().unwrap();
    let binary = Binary::named("hbnb").unwrap();
    let server = Server::start(
        &binary,
        &["serve", "--no-demo", "--workers", "1"],
        &LIMITS,
        folder.path(),
    );
    let server = server.await.unwrap();
    let long = "x".repeat(9000);
    is_page(&ask(&server, "GET", &format!("/{long}")).await, 414, LONG);
    others_are_told_plainly(&server, 414, &long).await;
    let in_flight = Half::begin(server.base()).await.unwrap();
    let busy = ask(&server, "GET", "/").await;
    is_page(&busy, 503, BUSY);
    assert_eq!(busy.header("retry-after"), Some("1"));
    others_are_told_plainly(&server, 503, "x").await;
    let head = ask(&server, "HEAD", "/").await;
    assert_eq!((head.status, head.body.as_slice()), (503, [].as_slice()));
    let length = busy.body.len().to_string();
    assert_eq!(head.header("content-length"), Some(&*length));
    drop(in_flight);
}

/// The pages alone say it alike, whether there is an API or not.
#[tokio::test]
async fn by_hbnb_web() {
    let folder = TempDir::new().unwrap();
    let [main, admin, nobody] = [0; 3].map(|_| format!("127.0.0.1:{}", free_port().unwrap()));
    let api = format!("http://{nobody}");
    let args = ["--api-url", &api, "--bind", &main, "--admin-bind", &admin];
    let binary = Binary::named("hbnb-web").unwrap();
    let command = binary.command(&args, &LIMITS, folder.path());
    let (base, probes) = (format!("http://{main}"), format!("http://{admin}"));
    let server = Server::launch(command, &base, &probes).unwrap();
    server.until_says("listening", PATIENCE).await.unwrap();
    let long = "x".repeat(9000);
    is_page(&ask(&server, "GET", &format!("/{long}")).await, 414, LONG);
    others_are_told_plainly(&server, 414, &long).await;
}
