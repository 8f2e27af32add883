//! The log: changed while the program runs, JSON whatever is asked, and each failure told once.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::http::{get, raw, send, stream};
use rig::{Binary, Server, Storage, until};
use serde_json::Value;
use tempfile::TempDir;

/// How the lines begin that the program greets with, on standard output.
const GREETING: [&str; 3] = ["HBNB ", "Database: ", "Open "];
const PATIENCE: Duration = Duration::from_secs(30);
/// More than a slice of a list, and than what the buffers of a connection hold.
const PLACES: usize = 20_000;

async fn serve(envs: &[(&str, &str)]) -> (TempDir, Server) {
    let folder = TempDir::new().unwrap();
    let binary = Binary::named("hbnb").unwrap();
    let envs = [&[("HBNB_LOG_FORMAT", "json")], envs].concat();
    let args = ["serve", "--no-demo", "--workers", "1"];
    let server = Server::start(&binary, &args, &envs, folder.path())
        .await
        .unwrap();
    (folder, server)
}

async fn order(server: &Server, method: &str, path: &str) -> (u16, String) {
    let reply = send(server.admin(), method, path, &[], None, PATIENCE)
        .await
        .unwrap();
    (reply.status, reply.text().trim_end().to_owned())
}

/// Each line of the log, which is JSON.
fn lines(server: &Server) -> Vec<Value> {
    let logs = server.logs();
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    let greets = |line: &&str| GREETING.iter().any(|start| line.starts_with(start));
    let log = logs.lines().filter(|line| !greets(line));
    log.map(line).collect()
}

/// How many lines there are of requests of this path, once a request made after them is logged.
async fn told(server: &Server, path: &str) -> usize {
    let last = get(server.base(), "/last").await.unwrap();
    let id = last.header("x-request-id").unwrap();
    server.until_says(id, PATIENCE).await.unwrap();
    let lines = lines(server);
    lines.iter().filter(|line| line["path"] == path).count()
}

#[tokio::test]
async fn it_is_changed_for_a_time() {
    let (_folder, server) = serve(&[]).await;
    let scrape = async || assert_eq!(order(&server, "GET", "/metrics").await.0, 200);
    assert_eq!(order(&server, "GET", "/log").await, (200, "info".into()));
    scrape().await;
    assert_eq!(told(&server, "/metrics").await, 0);

    let debug = "/log?filter=info,http=debug&for=1h";
    let said = (200, "info,http=debug for 1h".into());
    assert_eq!(order(&server, "PUT", debug).await, said);
    scrape().await;
    // By the master, and by the one worker that it asks.
    assert_eq!(told(&server, "/metrics").await, 2);
    let (_, now) = order(&server, "GET", "/log").await;
    assert!(now.starts_with("info,http=debug for 59m"), "{now}");

    let said = (200, "info".into());
    assert_eq!(order(&server, "DELETE", "/log").await, said);
    scrape().await;
    assert_eq!(told(&server, "/metrics").await, 2);
}

#[tokio::test]
async fn it_falls_back_by_itself() {
    let (_folder, server) = serve(&[("HBNB_LOG", "warn")]).await;
    for time in ["1h", "300ms"] {
        let change = format!("/log?filter=info&for={time}");
        assert_eq!(order(&server, "PUT", &change).await.0, 200);
    }
    until("the log is as usual", PATIENCE, async || {
        Ok(order(&server, "GET", "/log").await.1 == "warn")
    })
    .await
    .unwrap();
    let again = "the log is as usual again";
    server.until_says(again, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_wrong_filter_is_told_what_is_right() {
    let (_folder, server) = serve(&[]).await;
    for (path, right) in [
        ("/log", "filter: give a level (off, error, warn, "),
        ("/log?filter=loud", "filter: give a level"),
        ("/log?filter=info,http=loud", "filter: give a level"),
        ("/log?filter=debug&for=2d", "for: give a time up to 24h"),
        ("/log?filter=debug&for=0", "for: give a time up to 24h"),
        ("/log?filter=debug&for=-1s", "for: give a time up to 24h"),
    ] {
        let (status, said) = order(&server, "PUT", path).await;
        assert_eq!(status, 400, "{path}");
        assert!(said.starts_with(right), "{path}: {said}");
    }
    assert_eq!(order(&server, "GET", "/log").await.1, "info");
    assert_eq!(get(server.base(), "/log").await.unwrap().status, 404);
}

#[tokio::test]
async fn it_is_json_whatever_is_asked() {
    let (_folder, server) = serve(&[("HBNB_LOG", "trace")]).await;
    for byte in 0..=u8::MAX {
        for place in ["path", "query", "id", "host"] {
            let odd = [byte];
            let put = |here| if place == here { &odd[..] } else { b"x" };
            let parts: [&[u8]; 9] = [
                b"GET /",
                put("path"),
                b"?",
                put("query"),
                b" HTTP/1.1\r\nHost: ",
                put("host"),
                b"\r\nConnection: close\r\nX-Request-Id: ",
                put("id"),
                b"\r\n\r\n",
            ];
            raw(server.base(), &parts.concat()).unwrap();
        }
    }
    told(&server, "/").await;
    let lines = lines(&server);
    assert!(lines.iter().filter(|line| line["path"].is_string()).count() > 256);
}

#[tokio::test]
async fn a_long_path_is_cut() {
    let (_folder, server) = serve(&[]).await;
    for (length, status) in [(8_000, 404), (10_000, 414)] {
        let end = "%22%0A\u{e9}";
        let path = format!("/{}{end}", "l".repeat(length - 1 - end.len()));
        assert_eq!(path.len(), length);
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let answer = raw(server.base(), request.as_bytes()).unwrap();
        let wanted = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(wanted.as_bytes()), "{length}");
        let cut = path[..256].to_owned();
        assert_eq!(told(&server, &cut).await, 1 + usize::from(status == 414));
        let last = lines(&server).into_iter().rfind(|line| line["path"] == cut);
        assert_eq!(last.unwrap()["status"], status);
    }
}

/// The lines of warnings and errors that tell of this request, and of no other failure than it.
fn failures(server: &Server, id: &str) -> Vec<Value> {
    let mut lines = lines(server);
    lines.retain(|line| line["level"] == "WARN" || line["level"] == "ERROR");
    lines.retain(|line| line.get("fault").is_none());
    assert!(
        lines.iter().all(|line| line["request_id"] == id),
        "{lines:?}"
    );
    lines
}

#[tokio::test]
async fn a_failure_is_told_once() {
    let (_folder, server) = serve(&[("HBNB_FAULTS", "true")]).await;
    assert_eq!(order(&server, "PUT", "/faults/database").await.0, 200);
    let reply = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(reply.status, 503);
    let id = reply.header("x-request-id").unwrap();
    server.until_says(id, PATIENCE).await.unwrap();
    let told = failures(&server, id);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["level"], &told[0]["status"]),
        (&"WARN".into(), &503.into())
    );
    let error = told[0]["error"].as_str().unwrap();
    assert!(error.contains("database"), "{error}");
    assert!(!reply.text().contains(error), "{}", reply.text());
}

#[tokio::test]
async fn a_list_broken_off_is_told_once() {
    let storage = Storage::sqlite().unwrap();
    storage.fill(PLACES).await.unwrap();
    let envs = [
        ("HBNB_FAULTS", "true"),
        ("HBNB_DATABASE_URL", storage.url()),
    ];
    let (_folder, server) = serve(&envs).await;
    let headers = [
        ("X-Request-Id", "broken-off"),
        ("Content-Type", "application/json"),
    ];
    let path = "/api/v1/places_search";
    let all = Some(b"{}".to_vec());
    let mut list = stream(server.base(), "POST", path, &headers, all)
        .await
        .unwrap();
    assert_eq!(list.status, 200);
    assert_eq!(order(&server, "PUT", "/faults/database").await.0, 200);
    while list.next().await.is_ok_and(|piece| piece.is_some()) {}
    server.until_says("broken-off", PATIENCE).await.unwrap();
    let told = failures(&server, "broken-off");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["level"], &told[0]["aborted"]),
        (&"ERROR".into(), &true.into())
    );
    assert!(told[0]["error"].as_str().unwrap().contains("database"));
}
