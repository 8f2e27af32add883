//! A list of any length, of the API or as a page, is sent in little memory, however its readers read; and what clients send
//! is held in little memory.
//!
//! The lists take minutes, and tell most about release binaries: they run when `HBNB_TEST_HEAVY` is set, on those in
//! `HBNB_TEST_BIN_DIR`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::half::without_an_end;
use rig::heavy::is_wanted;
use rig::http::{Streamed, get, send, stream};
use rig::{Binary, Server, Storage, announce, skipped, until};
use serde_json::json;
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const PLACES: usize = 200_000;
const MOST_GROWTH: u64 = 40 << 20;
const MOST_IDLE: u64 = 25 << 20;
const SLOW_READERS: usize = 20;
const BODIES: usize = 200;
/// What all of them together may take: a third of what they have.
const MOST_FOR_BODIES: u64 = 70 << 20;
/// The longest that is read.
const MOST_BODY: usize = 1 << 20;
/// What makes a body nearly as long.
const LONG_TEXT: usize = MOST_BODY - 100;
const PATIENCE: Duration = Duration::from_secs(30);

/// What shows all places at once.
struct Long {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    /// Stands once in it for each place, and nowhere else.
    mark: &'static [u8],
}

const LIST: Long = Long {
    name: "the list",
    method: "POST",
    path: "/api/v1/places_search",
    mark: b"\"__class__\"",
};
/// The page asks the API for one slice after the other, in the same process.
const PAGE: Long = Long {
    name: "the page",
    method: "GET",
    path: "/hbnb",
    mark: b"<article>",
};

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_on_sqlite() {
    if is_wanted("long lists in little memory on SQLite") {
        long_lists(&Storage::sqlite().unwrap(), "SQLite").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_on_postgres() {
    let what = "long lists in little memory on PostgreSQL";
    if !is_wanted(what) {
        return;
    }
    if let Some(storage) = Storage::postgres(what).unwrap() {
        long_lists(&storage, "PostgreSQL").await;
    }
}

#[tokio::test]
async fn little_when_idle() {
    if !is_wanted("little memory when idle") {
        return;
    }
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage).await;
    let states = get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(states.status, 200);
    let idle = server.rss_bytes().unwrap();
    announce(&format!("memory: {} when idle", megabytes(idle)));
    let path = Binary::named("hbnb").unwrap().path().to_owned();
    if !path.iter().any(|part| part == "release") {
        return skipped("the most memory when idle", "this is no release binary");
    }
    assert!(idle < MOST_IDLE, "{} when idle", megabytes(idle));
}

/// A hash of a password takes 19 MiB; a number of them, one after another, takes little more.
#[tokio::test]
async fn many_new_users() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage).await;
    let mut users = 0;
    let mut add = async || {
        users += 1;
        let user = json!({"email": format!("{users}@hbnb.example"), "password": "secret"});
        let body = Some(user.to_string().into_bytes());
        let json = [("content-type", "application/json")];
        let reply = send(
            server.base(),
            "POST",
            "/api/v1/users",
            &json,
            body,
            PATIENCE,
        )
        .await;
        assert_eq!(reply.unwrap().status, 201);
    };
    add().await;
    let one = server.rss_bytes().unwrap();
    for _ in 0..12 {
        add().await;
    }
    let grown = server.rss_bytes().unwrap().saturating_sub(one);
    announce(&format!(
        "memory: {} more after 12 more users",
        megabytes(grown)
    ));
    let at_once = (available_parallelism().map_or(1, usize::from) as u64 / 2).max(1);
    assert!(grown < at_once * (20 << 20), "{}", megabytes(grown));
}

/// Bodies that lack their last byte are held as far as there is room, and others are answered meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_without_an_end() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage).await;
    assert_eq!(add_state(&server, 0).await, 201);
    let before = server.rss_bytes().unwrap();
    let mut held = many_without_an_end(&server, BODIES).await;
    assert_eq!(add_state(&server, 0).await, 201);
    // Among so many, each may have been in the way of all others.
    until("there is no room", PATIENCE, async || {
        held.extend(many_without_an_end(&server, 10).await);
        Ok(add_state(&server, LONG_TEXT).await == 503)
    })
    .await
    .unwrap();
    let grown = server.peak_rss_bytes().unwrap().saturating_sub(before);
    announce(&format!(
        "memory: {} more for {BODIES} bodies of a megabyte without an end",
        megabytes(grown)
    ));
    assert!(grown < MOST_FOR_BODIES, "{}", megabytes(grown));
    drop(held);
    until("there is room again", PATIENCE, async || {
        Ok(add_state(&server, LONG_TEXT).await == 201)
    })
    .await
    .unwrap();
}

async fn many_without_an_end(server: &Server, number: usize) -> Vec<TcpStream> {
    let sender = |_| without_an_end(server.base().to_owned(), MOST_BODY);
    let senders: JoinSet<_> = (0..number).map(sender).collect();
    let held = senders.join_all().await.into_iter();
    held.map(Result::unwrap).collect()
}

/// The status of a new state, whose description nobody asked for has so many bytes.
async fn add_state(server: &Server, bytes: usize) -> u16 {
    let state = json!({"name": "Utah", "description": " ".repeat(bytes)});
    let body = Some(state.to_string().into_bytes());
    let json = [("content-type", "application/json")];
    let path = "/api/v1/states";
    let reply = send(server.base(), "POST", path, &json, body, PATIENCE).await;
    reply.unwrap().status
}

async fn long_lists(storage: &Storage, engine: &str) {
    storage.fill(PLACES).await.unwrap();
    for long in [LIST, PAGE] {
        in_little_memory(storage, engine, &long).await;
    }
}

async fn in_little_memory(storage: &Storage, engine: &str, long: &Long) {
    let server = serve(storage).await;
    let status = get(server.base(), "/api/v1/status").await.unwrap();
    assert_eq!(status.status, 200);
    let before = server.peak_rss_bytes().unwrap();
    for _ in 0..3 {
        assert_eq!(count_places(long, begin(&server, long).await).await, PLACES);
    }
    let one = server.peak_rss_bytes().unwrap();
    read_slowly(&server, long).await;
    let after = server.peak_rss_bytes().unwrap();
    announce(&format!(
        "memory on {engine} for {}: {} before, {} after one reader at a time, {} after {SLOW_READERS} slow ones",
        long.name,
        megabytes(before),
        megabytes(one),
        megabytes(after)
    ));
    let grown = after - before;
    assert!(grown < MOST_GROWTH, "grown by {}", megabytes(grown));
}

/// Many begin to read and wait; then some read on to the end, and some go away.
async fn read_slowly(server: &Server, long: &Long) {
    let mut lists = Vec::new();
    for _ in 0..SLOW_READERS {
        let mut list = begin(server, long).await;
        for _ in 0..5 {
            list.next().await.unwrap().unwrap();
        }
        lists.push(list);
    }
    until_memory_rests(server).await;
    let mut readers = JoinSet::new();
    for (number, mut list) in lists.into_iter().enumerate() {
        readers.spawn(async move {
            if number % 5 == 0 {
                while list.next().await.unwrap().is_some() {}
            }
        });
    }
    while let Some(read) = readers.join_next().await {
        read.unwrap();
    }
}

/// Until a second has gone by without more memory: nothing more is read ahead.
async fn until_memory_rests(server: &Server) {
    let (mut last, mut quiet) = (0, 0);
    until("the memory rests", Duration::from_secs(60), async || {
        let now = server.peak_rss_bytes()?;
        quiet = if now == last { quiet + 1 } else { 0 };
        last = now;
        Ok(quiet >= 50)
    })
    .await
    .unwrap();
}

async fn begin(server: &Server, long: &Long) -> Streamed {
    let body = (long.method == "POST").then(|| b"{}".to_vec());
    let json = [("content-type", "application/json")];
    let list = stream(server.base(), long.method, long.path, &json, body).await;
    let list = list.unwrap();
    assert_eq!(list.status, 200);
    list
}

/// Reads to the end and keeps nothing but a piece of the text.
async fn count_places(long: &Long, mut list: Streamed) -> usize {
    let (mark, mut count, mut text) = (long.mark, 0, Vec::new());
    while let Some(piece) = list.next().await.unwrap() {
        text.extend_from_slice(&piece);
        let parts = text.windows(mark.len());
        count += parts.filter(|part| *part == mark).count();
        // A mark may stand across two pieces.
        text.drain(..text.len().saturating_sub(mark.len() - 1));
    }
    count
}

async fn serve(storage: &Storage) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    // The memory of a worker is what grows, if anything does.
    let args = ["serve", "--workers", "1", "--database-url", storage.url()];
    Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap()
}

fn megabytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
