//! What a scrape and a probe cost, and that what clients make up makes it no larger.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, Instant};

use rig::http::get;
use rig::process::free_port;
use rig::{Binary, Server, Storage, announce, run};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REQUESTS: u32 = 10_000;
const TIMES: usize = 21;

async fn serve(storage: &Storage) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let args = ["serve", "--no-demo", "--database-url", storage.url()];
    Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap()
}

/// Sends a request for each number on one connection and returns how many were answered.
async fn pipeline(server: &Server, numbers: std::ops::Range<u32>) -> usize {
    let address = server.base().trim_start_matches("http://");
    let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
    let send = async move {
        for number in numbers {
            let request = format!("{} HTTP/1.1\r\nHost: here\r\n\r\n", line(number));
            write.write_all(request.as_bytes()).await.unwrap();
        }
        let last = "GET /last HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
        write.write_all(last.as_bytes()).await.unwrap();
        write
    };
    let mut said = Vec::new();
    let (_write, read) = tokio::join!(send, read.read_to_end(&mut said));
    read.unwrap();
    String::from_utf8(said)
        .unwrap()
        .matches("HTTP/1.1 ")
        .count()
        - 1
}

/// A path and, now and then, a method that nobody has asked for before. The factor is a large prime.
fn line(number: u32) -> String {
    let odd = u64::from(number) * 2_654_435_761 % 1_000_003;
    match number % 4 {
        0 => format!("GET /{odd}/{number}"),
        1 => format!("GET /api/v1/{odd}?page={number}"),
        2 => format!("GET /api/v1/states/00000000-0000-4000-8000-{odd:012}"),
        _ => format!("BREW{odd} /api/v1/{number}"),
    }
}

async fn series(server: &Server) -> Vec<String> {
    let scraped = get(server.admin(), "/metrics").await.unwrap();
    let text = scraped.text().into_owned();
    let lines = text.lines().filter(|line| line.starts_with("http_"));
    lines
        .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
        .collect()
}

/// What it costs; the other times tell what else the machine had to do.
fn least(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap()
}

#[tokio::test]
async fn invented_paths_and_methods_make_no_series() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage).await;
    assert_eq!(pipeline(&server, 0..8).await, 8);
    let before = series(&server).await;
    let answered = pipeline(&server, 8..REQUESTS + 8).await;
    assert_eq!(answered, REQUESTS as usize);
    let after = series(&server).await;
    let new: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(new.is_empty() && !before.is_empty(), "{new:?}");

    let mut times = Vec::new();
    for _ in 0..TIMES {
        let since = Instant::now();
        get(server.admin(), "/metrics").await.unwrap();
        times.push(since.elapsed());
    }
    let took = least(&times);
    announce(&format!(
        "a scrape with {} series of requests takes {took:?}",
        after.len()
    ));
    assert!(took < Duration::from_millis(5), "{took:?}");
}

#[tokio::test]
async fn a_check_is_quick_and_says_a_sentence() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage).await;
    let running = server.admin().trim_start_matches("http://").to_owned();
    let nobody = format!("127.0.0.1:{}", free_port().unwrap());
    for program in ["hbnb", "hbnb-api"] {
        let binary = Binary::named(program).unwrap();
        for (admin, code) in [(&running, 0), (&nobody, 1)] {
            let mut times = Vec::new();
            for _ in 0..TIMES {
                let since = Instant::now();
                let args = ["check", "--admin-bind", admin];
                let output = run(&binary, &args, &[], storage.folder()).await.unwrap();
                times.push(since.elapsed());
                assert_eq!(output.status.code(), Some(code));
                let said = [output.stdout, output.stderr].concat();
                assert_eq!(String::from_utf8(said).unwrap().lines().count(), 1);
            }
            let took = least(&times);
            announce(&format!("{program} check with exit code {code}: {took:?}"));
            assert!(took < Duration::from_millis(50), "{program}: {took:?}");
        }
    }
}
