//! The end of a server: nobody who was answered in part is left with a part. And the sockets it may stand on.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "drain/client.rs"]
mod client;

use client::ask_unix;
use rig::http::{self, get};
use rig::process::free_port;
use rig::{Binary, Half, Server, Storage, run, until};
use serde_json::{Map, Value, json};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);
/// Some 12 MB as a list, more than the buffers between two programs hold.
const PLACES: usize = 3_000;
const CITY: &str = "3c1a9c2e-0000-4000-8000-000000000002";

#[tokio::test]
async fn a_half_sent_request_is_answered() {
    let storage = Storage::sqlite().unwrap();
    let mut server = serve(&storage, &[]).await;
    let half = Half::begin(server.base()).await.unwrap();
    server.terminate().unwrap();
    until_refused(server.base()).await;
    let answer = half.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap();
    let state: Value = serde_json::from_str(body).unwrap();
    assert_eq!(ended(&mut server).await, Some(0));
    let server = serve(&storage, &[]).await;
    let states = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(states.json().unwrap(), json!([state]));
}

#[tokio::test]
async fn a_long_list_is_sent_to_its_end() {
    let storage = Storage::sqlite().unwrap();
    import_many_places(&storage).await;
    let mut server = serve(&storage, &["--drain-deadline", "60s"]).await;
    let path = format!("/api/v1/cities/{CITY}/places");
    let mut list = http::stream(server.base(), "GET", &path, &[], None)
        .await
        .unwrap();
    let mut body = list.next().await.unwrap().unwrap().to_vec();
    server.terminate().unwrap();
    until_refused(server.base()).await;
    assert!(
        !server.logs().contains(&path),
        "it was sent before: {}",
        server.logs()
    );
    while let Some(piece) = list.next().await.unwrap() {
        body.extend(piece);
    }
    let places: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(places.len(), PLACES);
    assert_eq!(ended(&mut server).await, Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let storage = Storage::sqlite().unwrap();
    let mut server = serve(&storage, &["--drain-deadline", "60s"]).await;
    let _half = Half::begin(server.base()).await.unwrap();
    server.terminate().unwrap();
    server.until_says("draining", LIMIT).await.unwrap();
    server.terminate().unwrap();
    assert_eq!(ended(&mut server).await, Some(1));
}

#[tokio::test]
async fn the_deadline_cuts_off() {
    let storage = Storage::sqlite().unwrap();
    let args = ["--drain-linger", "0s", "--drain-deadline", "1s"];
    let mut server = serve(&storage, &args).await;
    let _half = Half::begin(server.base()).await.unwrap();
    let asked = Instant::now();
    server.terminate().unwrap();
    assert_eq!(ended(&mut server).await, Some(0));
    assert!(asked.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn readiness_falls_first() {
    let storage = Storage::sqlite().unwrap();
    let mut server = serve(&storage, &["--drain-delay", "2s"]).await;
    let asked = Instant::now();
    server.terminate().unwrap();
    until("not ready", LIMIT, async || {
        Ok(get(server.admin(), "/healthz/ready").await?.status == 503)
    })
    .await
    .unwrap();
    let live = get(server.admin(), "/healthz/live").await.unwrap();
    let answer = get(server.base(), "/api/v1/status").await.unwrap();
    assert_eq!((live.status, answer.status), (200, 200));
    assert_eq!(answer.header("connection"), Some("close"));
    until_refused(server.base()).await;
    assert!(asked.elapsed() >= Duration::from_secs(2));
    assert_eq!(ended(&mut server).await, Some(0));
}

#[tokio::test]
async fn an_idle_server_ends_soon() {
    for signal in ["TERM", "INT"] {
        let storage = Storage::sqlite().unwrap();
        let mut server = serve(&storage, &[]).await;
        server.signal(signal).unwrap();
        assert_eq!(ended(&mut server).await, Some(0), "{signal}");
    }
}

#[tokio::test]
async fn unix_sockets() {
    let storage = Storage::sqlite().unwrap();
    let file = |name| format!("unix:{}", storage.folder().join(name).display());
    let (main, admin) = (file("main.sock"), file("admin.sock"));
    let hbnb = Binary::named("hbnb").unwrap();
    let args = [
        "--bind",
        &main,
        "--admin-bind",
        &admin,
        "--database-url",
        storage.url(),
    ];
    let args = [&["serve", "--no-demo"], &args[..]].concat();
    // The second finds the files that the first, killed, has left behind.
    for is_last in [false, true] {
        let command = hbnb.command(&args, &[], storage.folder());
        let mut server = Server::launch(command, &main, &admin).unwrap();
        let check = ["check", "--admin-bind", &admin];
        until("ready", LIMIT, async || {
            Ok(run(&hbnb, &check, &[], storage.folder())
                .await?
                .status
                .success())
        })
        .await
        .unwrap();
        let answer = ask_unix(&main, "/api/v1/status").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        if is_last {
            server.terminate().unwrap();
            assert_eq!(ended(&mut server).await, Some(0));
        }
    }
    for name in ["main.sock", "admin.sock"] {
        assert!(
            !storage.folder().join(name).exists(),
            "{name} is left behind"
        );
    }
}

#[tokio::test]
async fn inherited_sockets() {
    let storage = Storage::sqlite().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (other, admin) = (address(), address());
    let hbnb = Binary::named("hbnb").unwrap();
    let own = ["serve", "--no-demo", "--database-url", storage.url()];
    let binds = ["--bind", &other, "--admin-bind", &admin];
    let args = [&own[..], &binds].concat();
    let command = hbnb.command_on(listener, &args, &[], storage.folder());
    // It is asked before it runs: the socket keeps the question.
    let early = base.clone();
    let early = tokio::spawn(async move { get(&early, "/api/v1/status").await });
    let mut server = Server::launch(command, &base, &format!("http://{admin}")).unwrap();
    server.until_ready().await.unwrap();
    assert_eq!(early.await.unwrap().unwrap().status, 200);
    assert!(
        TcpStream::connect(&other).is_err(),
        "it listens at {other} too"
    );
    let half = Half::begin(server.base()).await.unwrap();
    server.terminate().unwrap();
    until_refused(server.base()).await;
    let answer = half.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(ended(&mut server).await, Some(0));
}

async fn serve(storage: &Storage, args: &[&str]) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let own = ["serve", "--no-demo", "--database-url", storage.url()];
    let args = [&own, args].concat();
    Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap()
}

async fn until_refused(base: &str) {
    let address = base.trim_start_matches("http://");
    until("refuses connections", LIMIT, async || {
        Ok(TcpStream::connect(address).is_err())
    })
    .await
    .unwrap();
}

async fn ended(server: &mut Server) -> Option<i32> {
    server.wait(LIMIT).await.unwrap().code()
}

fn address() -> String {
    format!("127.0.0.1:{}", free_port().unwrap())
}

async fn import_many_places(storage: &Storage) {
    let id = |number: usize| format!("3c1a9c2e-0000-4000-8000-{number:012}");
    let (state, user) = (id(1), id(3));
    let mut rows = Map::new();
    rows.insert(format!("State.{state}"), json!({"name": "Ohio"}));
    rows.insert(
        format!("City.{CITY}"),
        json!({"name": "Ada", "state_id": state}),
    );
    rows.insert(format!("User.{user}"), json!({"email": "a@b.c"}));
    for number in 0..PLACES {
        let place = json!({"name": number.to_string(), "city_id": CITY, "user_id": user,
            "description": "\u{1f3d6}".repeat(1024)});
        rows.insert(format!("Place.{}", id(1000 + number)), place);
    }
    std::fs::write(
        storage.folder().join("file.json"),
        Value::from(rows).to_string(),
    )
    .unwrap();
    let args = [
        "import",
        "--strict",
        "file.json",
        "--database-url",
        storage.url(),
    ];
    let hbnb = Binary::named("hbnb").unwrap();
    let output = run(&hbnb, &args, &[], storage.folder()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
}
