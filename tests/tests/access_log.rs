//! The log of requests, apart from the rest of the log: its forms, its files, and what becomes of it when they are turned
//! over, handed over or full.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "access_log/files.rs"]
mod files;
#[path = "access_log/server.rs"]
mod server;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use rig::http::{raw, send};
use rig::{Binary, Server, Storage, until};
use serde_json::Value;
use server::{PATIENCE, STYLES, ask, assets, assets_by, combined, form, lines, put, until_lines};
use tempfile::TempDir;

#[tokio::test]
async fn no_client_can_forge_a_line() {
    let folder = TempDir::new().unwrap();
    let (file, server) = combined(folder.path()).await;
    for byte in 0..=u8::MAX {
        for place in ["path", "query", "referer", "agent"] {
            let odd = [b'a', byte, b'"', b' ', byte];
            let put = |here| if place == here { &odd[..] } else { b"x" };
            let parts: [&[u8]; 9] = [
                b"GET /",
                put("path"),
                b"?",
                put("query"),
                b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\nReferer: ",
                put("referer"),
                b"\r\nUser-Agent: ",
                put("agent"),
                b"\r\n\r\n",
            ];
            raw(server.base(), &parts.concat()).unwrap();
        }
    }
    let asked = server.scrape().await.unwrap().sum("http_requests_total");
    assert!(asked > 256.0, "{asked}");
    let all = async || Ok(lines(&file).len() as f64 >= asked);
    until("a line for each", PATIENCE, all).await.unwrap();
    let lines = lines(&file);
    assert_eq!(lines.len() as f64, asked);
    let form = form();
    for line in &lines {
        assert!(form.is_match(line), "{line}");
    }
    let ends = r#""x" "a\xFF\x22 \xFF""#;
    assert!(lines.iter().any(|line| line.ends_with(ends)));
}

#[tokio::test]
async fn a_combined_line_tells_all() {
    let folder = TempDir::new().unwrap();
    let (file, server) = combined(folder.path()).await;
    let headers = [("referer", "http://h/"), ("user-agent", "a \"b\" \\")];
    let asked = format!("{STYLES}?v=1&w=%22");
    let reply = send(server.base(), "GET", &asked, &headers, None, PATIENCE).await;
    let length = reply.unwrap().body.len().to_string();
    let head = send(server.base(), "HEAD", STYLES, &[], None, PATIENCE).await;
    assert_eq!(head.unwrap().status, 200);
    assert_eq!(ask(&server, "/static/none").await.status, 404);
    server.scrape().await.unwrap();

    let lines = until_lines(&file, 3).await;
    let form = form();
    let parts = |line: &str| {
        let parts = form.captures(line).unwrap();
        let part = |at| parts.get(at).unwrap().as_str().to_owned();
        [part(1), part(2), part(3), part(4), part(5)]
    };
    let get = format!("GET {asked} HTTP/1.1");
    let agent = r"a \x22b\x22 \x5C";
    let wanted = [&*get, "200", &*length, "http://h/", agent];
    assert_eq!(parts(&lines[0]), wanted);
    let head = format!("HEAD {STYLES} HTTP/1.1");
    assert_eq!(parts(&lines[1]), [&*head, "200", "0", "-", "-"]);
    assert_eq!(parts(&lines[2])[..2], ["GET /static/none HTTP/1.1", "404"]);
    // No line of a probe or a scrape, and none of a request in the log.
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(!server.logs().contains("http: "), "{}", server.logs());
}

#[tokio::test]
async fn over_a_unix_socket_there_is_no_host() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("a.sock");
    let (binary, file) = (
        Binary::named("hbnb-assets").unwrap(),
        folder.path().join("log"),
    );
    let bind = format!("unix:{}", socket.display());
    let args = ["--bind", &bind, "--admin-bind", "127.0.0.1:0"];
    let log = ["--access-log", "log", "--access-log-format", "combined"];
    let command = binary.command(&[args, log].concat(), &[], folder.path());
    let server = Server::launch(command, "", "").unwrap();
    let connected = async || Ok(UnixStream::connect(&socket).is_ok());
    until("it listens", PATIENCE, connected).await.unwrap();
    let mut stream = UnixStream::connect(&socket).unwrap();
    let request = format!("GET {STYLES} HTTP/1.0\r\nHost: h\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let lines = until_lines(&file, 1).await;
    let named = format!("] \"GET {STYLES} HTTP/1.0\" 200 ");
    assert!(lines[0].starts_with("- - - [") && lines[0].contains(&named));
    drop(server);
}

/// `hbnb-api` with its access log in the file `access` of the folder, and faults allowed.
async fn api(storage: &Storage, form: &str, filter: &str) -> Server {
    storage.fill(1).await.unwrap();
    let args = ["--access-log", "access", "--access-log-format", form];
    let envs = [
        ("HBNB_DATABASE_URL", storage.url()),
        ("HBNB_LOG", filter),
        ("HBNB_FAULTS", "true"),
    ];
    let binary = Binary::named("hbnb-api").unwrap();
    let server = Server::start(&binary, &args, &envs, storage.folder()).await;
    server.unwrap()
}

#[tokio::test]
async fn json_beside_a_log_for_people() {
    let storage = Storage::sqlite().unwrap();
    // Each log has a mind of its own: what the one leaves out is in the other.
    let server = api(&storage, "json", "error,http=debug").await;
    let good = ask(&server, "/api/v1/status?no=query").await;
    put(&server, "/faults/database").await;
    assert_eq!(ask(&server, "/api/v1/states").await.status, 503);

    let lines = until_lines(&storage.folder().join("access"), 2).await;
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(
        (&lines[0]["target"], &lines[0]["level"]),
        (&"http".into(), &"INFO".into())
    );
    assert_eq!(lines[0]["path"], "/api/v1/status");
    let id = good.header("x-request-id").unwrap();
    assert_eq!(lines[0]["request_id"], id);
    assert_eq!(
        (&lines[1]["status"], &lines[1]["level"]),
        (&503.into(), &"WARN".into())
    );
    assert!(lines[1]["error"].as_str().unwrap().contains("database"));
    let logs = server.logs();
    assert!(
        logs.contains("DEBUG http: ") && !logs.contains("/api/v1/"),
        "{logs}"
    );
}

#[tokio::test]
async fn on_standard_output() {
    let folder = TempDir::new().unwrap();
    let script = r#"exec "$0" "$@" > out.log"#;
    let server = assets_by(script, &["--access-log", "-"], folder.path()).await;
    ask(&server, STYLES).await;
    let lines = until_lines(&folder.path().join("out.log"), 1).await;
    assert!(lines[0].contains(" INFO http: method=\"GET\""), "{lines:?}");
    let logs = server.logs();
    assert!(
        logs.contains("listening") && !logs.contains("http: "),
        "{logs}"
    );
}

/// Requests in another form than the rest need no file of their own.
#[tokio::test]
async fn combined_among_other_lines() {
    let folder = TempDir::new().unwrap();
    let args = ["--access-log-format", "combined", "--error-log", "all.log"];
    let server = assets(&args, &[], folder.path()).await;
    ask(&server, STYLES).await;
    let lines = until_lines(&folder.path().join("all.log"), 2).await;
    let form = form();
    let count = lines.iter().filter(|line| form.is_match(line)).count();
    assert_eq!(count, 1, "{lines:?}");
    assert!(
        lines.iter().any(|line| line.contains(" INFO kit::")),
        "{lines:?}"
    );
    assert_eq!(server.logs(), "");
}

/// A failure has no room in a combined line, and must be told somewhere.
#[tokio::test]
async fn why_a_request_failed_is_in_the_log() {
    let storage = Storage::sqlite().unwrap();
    let server = api(&storage, "combined", "info").await;
    put(&server, "/faults/database").await;
    assert_eq!(ask(&server, "/api/v1/states").await.status, 503);
    let lines = until_lines(&storage.folder().join("access"), 1).await;
    assert!(lines[0].contains(" HTTP/1.1\" 503 "), "{lines:?}");
    server.until_says(" WARN http: ", PATIENCE).await.unwrap();
    assert_eq!(server.logs().matches(" http: ").count(), 1);
}
