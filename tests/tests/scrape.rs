//! What a scrape and a probe cost: nothing of the database, little time whatever clients do, and no more for what they make up.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use rig::http::{get, send};
use rig::process::free_port;
use rig::{Binary, Half, Metrics, Server, Storage, announce, median, run, start_api, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REQUESTS: u32 = 10_000;
const TIMES: usize = 21;
/// What a scrape may take, in the middle of some.
const SCRAPE: Duration = Duration::from_millis(5);
/// And what `check` may.
const CHECK: Duration = Duration::from_millis(50);
/// How many times as long as its like beside it, where the machine has so much to do that its like is slow too.
const MOST: f64 = 3.0;
const PATIENCE: Duration = Duration::from_secs(30);

async fn serve(storage: &Storage, args: &[&str]) -> Server {
    start_api(storage.url(), args, &[], storage.folder())
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
    let metrics = server.scrape().await.unwrap();
    let names = metrics.series().map(|(series, _)| series);
    let own = names.filter(|name| name.starts_with("http_"));
    own.map(str::to_owned).collect()
}

/// Scrapes both in turns, so that what else the machine has to do is the same for both.
async fn scrape_in_time(server: &Server, other: &Server, when: &str) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        for (times, server) in times.iter_mut().zip([server, other]) {
            let since = Instant::now();
            server.scrape().await.unwrap();
            times.push(since.elapsed());
        }
    }
    in_time(SCRAPE, times, &format!("a scrape {when}"));
}

/// Holds the time in the middle of the first against a limit, or against that of the others.
fn in_time(limit: Duration, times: [Vec<Duration>; 2], what: &str) {
    let [took, usual] = times.map(median);
    let told = format!("{what} takes {took:?}, its like {usual:?}");
    announce(&told);
    assert!(took < limit.max(usual.mul_f64(MOST)), "{told}");
}

#[tokio::test]
async fn invented_paths_and_methods_make_no_series() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &[]).await;
    let other = serve(&storage, &[]).await;
    assert_eq!(pipeline(&other, 0..8).await, 8);
    assert_eq!(pipeline(&server, 0..8).await, 8);
    let before = series(&server).await;
    let answered = pipeline(&server, 8..REQUESTS + 8).await;
    assert_eq!(answered, REQUESTS as usize);
    let after = series(&server).await;
    let new: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(new.is_empty() && !before.is_empty(), "{new:?}");
    let size = format!("of {} series of requests", after.len());
    scrape_in_time(&server, &other, &size).await;
}

/// Connections that queries have taken, their statements and their failures, but for the question that the watch asks each
/// second.
fn asked(metrics: &Metrics) -> f64 {
    let of_queries = |name: &str| {
        let of_watch = metrics.figure(&format!("{name}{{query=\"probe\"}}"));
        metrics.sum(name) - of_watch.unwrap_or_default()
    };
    of_queries("db_query_duration_seconds_count")
        + of_queries("db_query_errors_total")
        + metrics.sum("db_pool_acquire_duration_seconds_count")
}

#[tokio::test]
async fn the_database_is_asked_nothing() {
    let postgres = Storage::postgres("scrapes and the database").unwrap();
    for storage in [Storage::sqlite().unwrap()].into_iter().chain(postgres) {
        let server = serve(&storage, &["--faults"]).await;
        let before = asked(&server.scrape().await.unwrap());
        get(server.base(), "/api/v1/stats").await.unwrap();
        let after = asked(&server.scrape().await.unwrap());
        assert!(after > before, "{before} and {after}");
        let scrapes = async || {
            for _ in 0..TIMES {
                assert_eq!(asked(&server.scrape().await.unwrap()), after);
            }
        };
        scrapes().await;
        let (admin, path) = (server.admin(), "/faults/database");
        let lost = send(admin, "PUT", path, &[], None, PATIENCE).await;
        assert_eq!(lost.unwrap().status, 200);
        scrapes().await;
    }
}

#[tokio::test]
async fn it_is_answered_when_clients_have_all_connections() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &["--connection-limit", "1"]).await;
    let address = server.base().trim_start_matches("http://");
    let held = TcpStream::connect(address).await.unwrap();
    until("the one connection is taken", PATIENCE, async || {
        let open = "connections_open{listener=\"main\"}";
        Ok(server.scrape().await?.figure(open) == Some(1.0))
    })
    .await
    .unwrap();
    let mut next = TcpStream::connect(address).await.unwrap();
    let request = b"GET /api/v1/status HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    next.write_all(request).await.unwrap();
    server.scrape().await.unwrap();
    let unanswered = next.try_read(&mut [0]).unwrap_err();
    assert_eq!(unanswered.kind(), ErrorKind::WouldBlock);
    drop(held);
    let mut answer = String::new();
    next.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn it_is_answered_when_no_more_requests_are() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &["--request-limit", "1"]).await;
    let in_flight = async || {
        let series = "http_requests_in_flight{method=\"POST\",route=\"/api/v1/states\"}";
        server.scrape().await.unwrap().figure(series)
    };
    let half = Half::begin(server.base()).await.unwrap();
    let refused = get(server.base(), "/api/v1/status").await.unwrap();
    assert_eq!(refused.status, 503);
    assert_eq!(in_flight().await, Some(1.0));
    drop(half);
    until("none is in flight", PATIENCE, async || {
        Ok(in_flight().await == Some(0.0))
    })
    .await
    .unwrap();
    let answered = get(server.base(), "/api/v1/status").await.unwrap();
    assert_eq!(answered.status, 200);
}

/// Its like, asked in turns, only tells its version.
#[tokio::test]
async fn a_check_is_quick_and_says_a_sentence() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &[]).await;
    let running = server.admin().trim_start_matches("http://").to_owned();
    let nobody = format!("127.0.0.1:{}", free_port().unwrap());
    for program in ["hbnb", "hbnb-api"] {
        for (admin, code) in [(&running, 0), (&nobody, 1)] {
            let asked: [(&[&str], _); 2] = [
                (&["check", "--admin-bind", admin], code),
                (&["--version"], 0),
            ];
            let mut times = [Vec::new(), Vec::new()];
            for _ in 0..TIMES {
                for (times, (args, code)) in times.iter_mut().zip(asked) {
                    times.push(one_line(program, args, code, &storage).await);
                }
            }
            let what = format!("{program} check with exit code {code}");
            in_time(CHECK, times, &what);
        }
    }
}

/// How long a program takes that ends with this code and a line of text.
async fn one_line(program: &str, args: &[&str], code: i32, storage: &Storage) -> Duration {
    let binary = Binary::named(program).unwrap();
    let since = Instant::now();
    let output = run(&binary, args, &[], storage.folder()).await.unwrap();
    let took = since.elapsed();
    assert_eq!(output.status.code(), Some(code));
    let said = [output.stdout, output.stderr].concat();
    assert_eq!(String::from_utf8(said).unwrap().lines().count(), 1);
    took
}
