//! Several processes on one SQLite file: they start together, and one that holds the file keeps the others waiting, not
//! failing.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::http::{Reply, get, send};
use rig::process::end;
use rig::{Binary, Server, Storage, run, until};
use serde_json::json;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tokio::task::JoinSet;

/// Longer than a write waits for others.
const LIMIT: Duration = Duration::from_secs(30);
const MIGRATE: &[&str] = &["migrate"];
const DEMO: &[&str] = &["demo", "--if-empty"];

#[tokio::test(flavor = "multi_thread")]
async fn all_start_on_a_new_file_at_once() {
    let storage = Storage::sqlite().unwrap();
    let mut starts = JoinSet::new();
    for args in [MIGRATE, DEMO, MIGRATE, DEMO, DEMO, DEMO] {
        let (url, folder) = (storage.url().to_owned(), storage.folder().to_owned());
        let hbnb = Binary::named("hbnb").unwrap();
        starts.spawn(async move {
            let envs = [("HBNB_DATABASE_URL", url.as_str())];
            run(&hbnb, args, &envs, &folder).await.unwrap()
        });
    }
    let ended = starts.join_all().await;
    assert!(ended.iter().all(|end| end.status.success()), "{ended:?}");
    let added = |end: &&Output| String::from_utf8_lossy(&end.stdout).contains(": added 10 states");
    assert_eq!(ended.iter().filter(added).count(), 1, "{ended:?}");
    let server = serve(&storage).await;
    let stats = get(server.base(), "/api/v1/stats").await.unwrap();
    assert_eq!(stats.json().unwrap()["places"], 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_holds() {
    let storage = Storage::sqlite().unwrap();
    if !storage.takes_queries("a SQLite file that another process holds") {
        return;
    }
    let envs = [("HBNB_DATABASE_URL", storage.url())];
    let api = Binary::named("hbnb-api").unwrap();
    let migrated = run(&api, MIGRATE, &envs, storage.folder()).await.unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
    let server = serve(&storage).await;
    let mut holder = hold(&storage).await;
    let refused = write(&server).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), Some("1"));
    let read = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(read.status, 200, "{}", read.text());
    // A worker that is replaced meanwhile comes up.
    let other = serve(&storage).await;
    end(&mut holder);
    for server in [&server, &other] {
        let written = write(server).await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
}

async fn serve(storage: &Storage) -> Server {
    let binary = Binary::named("hbnb-api").unwrap();
    let args = ["--database-url", storage.url()];
    let server = Server::start(&binary, &args, &[], storage.folder()).await;
    server.unwrap()
}

async fn write(server: &Server) -> Reply {
    let body = json!({"name": "Written"}).to_string().into_bytes();
    let json = [("content-type", "application/json")];
    let path = "/api/v1/states";
    let reply = send(server.base(), "POST", path, &json, Some(body), LIMIT).await;
    reply.unwrap()
}

/// SQLite's own program in the middle of a write, until it is ended.
async fn hold(storage: &Storage) -> Child {
    let mut sqlite3 = Command::new("sqlite3");
    sqlite3.args(["-batch", storage.url().trim_start_matches("sqlite:")]);
    sqlite3.stdin(Stdio::piped()).stdout(Stdio::null());
    let holder = sqlite3.spawn().unwrap();
    let mut said = holder.stdin.as_ref().unwrap();
    // Who looks whether it holds the file holds it too for a moment.
    said.write_all(b".timeout 30000\nBEGIN IMMEDIATE;\n")
        .unwrap();
    until("it holds the file", LIMIT, async || {
        Ok(storage.query("BEGIN IMMEDIATE; ROLLBACK").is_err())
    })
    .await
    .unwrap();
    holder
}
