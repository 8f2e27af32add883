//! The player against a server of canned answers: one that cannot fail would be worthless.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::golden::{Reading, Tally, Targets, play};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Requests = Arc<Mutex<Vec<String>>>;

/// Answers every request with `reply` and keeps what was asked.
async fn canned(reply: &'static str) -> (Targets, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let targets = Targets::api(&format!("http://{}/", listener.local_addr().unwrap()));
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let request = answer(stream, reply).await;
            seen.lock().unwrap().push(request);
        }
    });
    (targets, requests)
}

async fn answer(stream: TcpStream, reply: &str) -> String {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        stream.read_line(&mut request).await.unwrap();
    }
    let length = request
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |text| text.parse().unwrap())];
    stream.read_exact(&mut body).await.unwrap();
    stream.write_all(reply.as_bytes()).await.unwrap();
    request.push_str(&String::from_utf8_lossy(&body));
    request
}

const REPLY: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Id: 9\r\nX-Id: 10\r\n\
                     Content-Length: 16\r\n\r\n{\"id\":7,\"n\":1.5}";

fn scenario(steps: &Value) -> String {
    json!({"name": "a scenario", "steps": steps}).to_string()
}

async fn played(steps: Value, reading: Reading) -> Tally {
    let (targets, _) = canned(REPLY).await;
    play(&scenario(&steps), &targets, reading, |_| true)
        .await
        .unwrap()
}

#[tokio::test]
async fn counts() {
    let tally = played(
        json!([
            {"path": "/", "expect": {"status": 200, "json": {"id": 7, "n": "$near:1.5"}}},
            {"path": "/", "target": "front", "expect": {"status": 200}},
            {"path": "/{never}", "optional": true, "expect": {"status": 500}},
            {"path": "/{never}", "expect": {"status": 200}},
            {"path": "/", "name": "wrong", "expect": {"status": 201, "json": {"id": 7}}},
        ]),
        Reading::Plain,
    )
    .await;
    assert_eq!(
        (tally.passed, tally.failed, tally.skipped),
        (1, 2, 1),
        "{:#?}",
        tally.failures
    );
    assert_eq!(
        tally.failures[0],
        "a scenario / 4 : needs never, which an earlier step did not give"
    );
    assert!(
        tally.failures[1].starts_with("a scenario / 5 wrong: GET /: "),
        "{}",
        tally.failures[1]
    );
    assert!(
        tally.failures[1].contains("status: wanted 201, got 200"),
        "{}",
        tally.failures[1]
    );
    assert!(
        tally.failures[1].contains("unexpected members n"),
        "{}",
        tally.failures[1]
    );
}

#[tokio::test]
async fn alternatives() {
    let steps = |from: &str, status: u16| {
        let other = json!({"from": from, "status": status});
        json!([{"path": "/", "expect": {"status": 200}, "also_ok": [other]}])
    };
    let failed = async |steps, reading| played(steps, reading).await.failed;
    assert_eq!(failed(steps("task text", 400), Reading::Plain).await, 0);
    assert_eq!(failed(steps("task text", 400), Reading::TaskText).await, 1);
    assert_eq!(failed(steps("sane", 400), Reading::TaskText).await, 0);
    let other = json!([{"path": "/", "expect": {"status": 404}, "also_ok": [{"from": "sane", "status": 200}]}]);
    assert_eq!(failed(other, Reading::Plain).await, 0);
}

#[tokio::test]
async fn requests() {
    let (targets, requests) = canned(REPLY).await;
    let steps = json!([
        {"method": "POST", "path": "/a/../b?q=%20", "body": null, "capture": {"id": "/id", "both": "header:x-id"}},
        {"method": "PUT", "path": "/{id}", "headers": {"X-Was": "{both}"}, "body": {"id": "{id}", "t": "<{id}>"}},
        {"method": "POST", "path": "/raw", "raw": "{ {id}"},
        {"method": "POST", "path": "/hex", "raw_hex": "2278 22"},
        {"method": "POST", "path": "/none"},
    ]);
    let tally = play(&scenario(&steps), &targets, Reading::Plain, |_| true)
        .await
        .unwrap();
    assert_eq!(tally.passed, 5, "{:#?}", tally.failures);
    let requests = requests.lock().unwrap();
    let ends = |at: usize, body: &str| requests[at].ends_with(&format!("\r\n\r\n{body}"));
    let has = |at: usize, header: &str| requests[at].to_lowercase().contains(header);
    assert!(
        requests[0].starts_with("POST /a/../b?q=%20 HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    assert!(
        ends(0, "null") && has(0, "content-type: application/json"),
        "{}",
        requests[0]
    );
    assert!(requests[1].starts_with("PUT /7 "), "{}", requests[1]);
    assert!(
        ends(1, r#"{"id":7,"t":"<7>"}"#) && has(1, "x-was: 9, 10"),
        "{}",
        requests[1]
    );
    assert!(ends(2, "{ 7") && !has(2, "content-type"), "{}", requests[2]);
    assert!(
        ends(3, "\"x\"") && has(4, "content-length: 0"),
        "{}",
        requests[4]
    );
}

#[tokio::test]
async fn nobody_there() {
    let port = rig::process::free_port().unwrap();
    let targets = Targets::api(&format!("http://127.0.0.1:{port}"));
    let steps = json!([{"path": "/", "expect": {}}]);
    let tally = play(&scenario(&steps), &targets, Reading::Plain, |_| true)
        .await
        .unwrap();
    assert_eq!((tally.passed, tally.failed), (0, 1));
}

#[tokio::test]
async fn chosen_scenarios() {
    let (targets, _) = canned(REPLY).await;
    let file = [
        json!({"name": "one", "steps": [{"path": "/"}]}),
        json!({"name": "two", "steps": []}),
    ];
    let file = file.map(|line| line.to_string()).join("\n\n");
    let chosen = async |name| {
        play(&file, &targets, Reading::Plain, |one| one == name)
            .await
            .unwrap()
            .passed
    };
    assert_eq!((chosen("one").await, chosen("two").await), (1, 0));
    assert!(
        play("{}", &targets, Reading::Plain, |_| true)
            .await
            .is_err()
    );
}
