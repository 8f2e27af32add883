//! The corpus of raw HTTP/1 requests, which is no part of this repository, against the whole stack.

use std::process::Output;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use tokio::process::Command;
use tokio::time::timeout;

use crate::server::{LONG, Settings, drain, start_with};

/// Cases that hyper's own parser decides, against the corpus: it lets a space follow a chunk's size, prefers
/// `Transfer-Encoding` to a `Content-Length` beside it (which RFC 9112, 6.1 allows), and refuses a raw quote in a query.
const DECIDED_BY_HYPER: [&str; 3] = [
    "invalid/chunked_09+host",
    "invalid/rfc9112_smuggle_cl_te_chunked_01",
    "valid/014+host",
];
/// What the player may take for all its requests.
const MINUTES: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corpus() {
    let Some(player) = rig::environment::variable("HBNB_TEST_HTTP1_PLAYER") else {
        rig::skipped("the HTTP/1 corpus", "HBNB_TEST_HTTP1_PLAYER is not set");
        return;
    };
    // The body is read whole; 200 on every path.
    let echo = Router::new().fallback(async |body: Bytes| body);
    let server = start_with(echo, Settings::calm(drain(LONG, LONG, LONG))).await;
    let mut command = Command::new("python3");
    command.arg(player).arg(&server.address).kill_on_drop(true);
    let played = timeout(MINUTES, command.output()).await.unwrap().unwrap();
    judge(&played);
}

fn judge(played: &Output) {
    let text = String::from_utf8_lossy(&played.stdout);
    let failed: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("FAIL")?.split_whitespace().next())
        .collect();
    assert!(text.contains("; 0 weak refusals"), "{text}");
    assert_eq!(failed, DECIDED_BY_HYPER, "{text}");
    assert!(text.ends_with("104 passed, 3 failed\n"), "{text}");
    rig::announce("the HTTP/1 corpus: 104 as HTTP asks, 3 as hyper decides");
}
