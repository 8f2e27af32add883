//! `hbnb demo`, and the first byte of a long list, measured on the built program.
//!
//! `cargo bench --package hbnb-tests --bench serve`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use rig::{Binary, Server, environment, run};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const DEMO_GOAL: Duration = Duration::from_secs(60);
const FIRST_BYTE_GOAL: Duration = Duration::from_millis(20);
const IDLE_GOAL: u64 = 25 << 20;
const ROUNDS: usize = 21;

#[tokio::main]
async fn main() {
    let folder = TempDir::new().unwrap();
    let hbnb = program();
    fill(&hbnb, folder.path(), "10000").await;
    let server = Server::start(&hbnb, &["serve", "--log", "warn"], &[], folder.path())
        .await
        .unwrap();
    let idle = server.rss_bytes().unwrap();
    println!(
        "idle memory: {:.1} MB (goal {} MB)",
        idle as f64 / 1e6,
        IDLE_GOAL >> 20
    );
    assert!(idle < IDLE_GOAL);
    first_byte(&server);
    drop(server);
    fill(&hbnb, folder.path(), "100000").await;
}

/// The optimised program that `make build` makes, unless the environment names another.
fn program() -> Binary {
    if environment::variable("HBNB_TEST_BIN_DIR").is_some() {
        return Binary::named("hbnb").unwrap();
    }
    let target = environment::variable("CARGO_TARGET_DIR").map(PathBuf::from);
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Binary::at(
        target
            .unwrap_or_else(|| top.join("target"))
            .join("release/hbnb"),
    )
}

async fn fill(hbnb: &Binary, folder: &Path, places: &str) {
    let begun = Instant::now();
    let output = run(hbnb, &["demo", "--places", places], &[], folder)
        .await
        .unwrap();
    assert!(output.status.success());
    let took = begun.elapsed();
    println!(
        "hbnb demo --places {places} on SQLite: {took:.1?} (goal {DEMO_GOAL:.0?} for 100,000)"
    );
    assert!(took < DEMO_GOAL);
}

/// From the request to the first bytes of a list of 10,000 places, against the whole of it.
fn first_byte(server: &Server) {
    let (mut first, mut whole, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let mut stream = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
        let head =
            "POST /api/v1/places_search HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
        let begun = Instant::now();
        write!(
            stream,
            "{head}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        .unwrap();
        let mut buffer = vec![0; 1 << 16];
        let begin = stream.read(&mut buffer).unwrap();
        first.push(begun.elapsed());
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        whole.push(begun.elapsed());
        bytes = begin + rest.len();
    }
    let (first, whole) = (median(first), median(whole));
    println!(
        "a list of 10,000 places ({bytes} bytes): first byte after {first:.1?}, all after {whole:.1?} (goal {FIRST_BYTE_GOAL:.0?})"
    );
    assert!(first < FIRST_BYTE_GOAL);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
