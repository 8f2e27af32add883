//! What no honest client sends: refused or closed, in little memory, and the next client is served.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::{Binary, Server, announce};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a server of ours may take to refuse; its clocks for a silent client are longer.
const PATIENCE: Duration = Duration::from_secs(9);
/// Clients that send the same at once.
const CLIENTS: usize = 20;
const MOST_GROWTH: u64 = 48 << 20;
const PIPELINED: usize = 10_000;
const SEARCH: &str =
    "POST /api/v1/places_search HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
const STATUS: &str = "GET /api/v1/status HTTP/1.1\r\nHost: h\r\n\r\n";

async fn serve(folder: &TempDir) -> Server {
    let hbnb = Binary::named("hbnb").unwrap();
    Server::start(&hbnb, &["serve", "--no-demo"], &[], folder.path())
        .await
        .unwrap()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that is answered until the connection is closed, from the moment on that nothing more can be sent.
fn answer(mut stream: TcpStream, pieces: impl Iterator<Item = Vec<u8>>) -> String {
    for piece in pieces {
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(length) => all.extend_from_slice(&part[..length]),
            Err(error) => {
                let reset = error.kind() == ErrorKind::ConnectionReset;
                assert!(
                    reset,
                    "not closed ({error}): {:?}",
                    String::from_utf8_lossy(&all)
                );
                break;
            }
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Bytes without order, the same in every run.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// The start of a TLS 1.2 handshake: a record of type 22 with a `ClientHello` that offers one cipher (RFC 5246, 7.4.1.2).
fn client_hello() -> Vec<u8> {
    let record = [0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3];
    let rest = [0, 0, 2, 0xc0, 0x2f, 1, 0];
    [&record[..], &noise(7, 32), &rest].concat()
}

/// What is sent, by name, and the status that may answer it; a connection that is closed without one is right too.
fn inputs() -> Vec<(&'static str, Vec<u8>, u16)> {
    let fields = |fields: &str| format!("{STATUS_LINE}{fields}\r\n").into_bytes();
    vec![
        ("noise", noise(1, 4096), 400),
        ("zeros", vec![0; 4096], 400),
        ("TLS", client_hello(), 400),
        ("HTTP/0.9", b"GET /api/v1/status\r\n\r\n".to_vec(), 400),
        (
            "HTTP/2 noise",
            [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &*noise(3, 4096)].concat(),
            0,
        ),
        (
            "a head of 1 MB",
            fields(&format!("X-A: {}\r\n", "a".repeat(1 << 20))),
            431,
        ),
        ("100,000 fields", fields(&"X-A: a\r\n".repeat(100_000)), 431),
    ]
}

const STATUS_LINE: &str = "GET /api/v1/status HTTP/1.1\r\nHost: h\r\n";

/// Many clients at once; each hears what it should.
fn play(server: &Server, name: &str, pieces: impl Fn() -> Pieces + Sync, status: u16) {
    let wanted = format!("HTTP/1.1 {status} ");
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let text = answer(connect(server), pieces());
                let is_http2 = status == 0 && !text.starts_with("HTTP/");
                let right = text.is_empty() || text.starts_with(&wanted) || is_http2;
                assert!(right, "{name}: {text:.200}");
                assert!(text.matches("HTTP/1.1 ").count() <= 1, "{name}: {text}");
            });
        }
    });
}

type Pieces = Box<dyn Iterator<Item = Vec<u8>>>;

fn once(piece: Vec<u8>) -> Pieces {
    Box::new(std::iter::once(piece))
}

/// Chunks without end, until the server stops them.
fn endless_body() -> Pieces {
    let head = format!("{SEARCH}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    let chunk = [b"8000\r\n", &*vec![b' '; 0x8000], b"\r\n"].concat();
    let started = Instant::now();
    let chunks = std::iter::repeat_with(move || {
        assert!(started.elapsed() < PATIENCE, "the body is read on and on");
        chunk.clone()
    });
    Box::new(std::iter::once(head).chain(chunks))
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_in_little_memory() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder).await;
    // In the second round what the process took once and keeps counts no more.
    for round in 0..2 {
        let before = server.rss_bytes().unwrap();
        for (name, input, status) in inputs() {
            play(&server, name, || once(input.clone()), status);
        }
        play(&server, "an endless body", endless_body, 413);
        let grown = server.rss_bytes().unwrap().saturating_sub(before);
        announce(&format!(
            "bad input, round {round}: {} KiB more",
            grown >> 10
        ));
        assert!(grown < MOST_GROWTH, "{grown} bytes more in round {round}");
    }
    let reply = rig::http::get(server.base(), "/api/v1/status")
        .await
        .unwrap();
    assert_eq!(reply.status, 200, "{}", server.logs());
}

#[tokio::test]
async fn pipelined() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder).await;
    let before = server.rss_bytes().unwrap();
    let mut stream = connect(&server);
    let mut writer = stream.try_clone().unwrap();
    let asking = thread::spawn(move || {
        writer
            .write_all(STATUS.repeat(PIPELINED).as_bytes())
            .unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    asking.join().unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK\r\n").count(), PIPELINED);
    let grown = server.rss_bytes().unwrap().saturating_sub(before);
    assert!(grown < MOST_GROWTH, "{grown} bytes more");
}

/// Nobody reads the answers: the requests behind wait, and are not kept.
#[tokio::test]
async fn pipelined_and_unread() {
    let folder = TempDir::new().unwrap();
    let server = serve(&folder).await;
    let before = server.rss_bytes().unwrap();
    let mut stream = connect(&server);
    let some = Duration::from_millis(500);
    stream.set_write_timeout(Some(some)).unwrap();
    let requests = STATUS.repeat(PIPELINED);
    let taken = (0..100).take_while(|_| stream.write_all(requests.as_bytes()).is_ok());
    assert!(taken.count() < 100, "requests are taken and taken");
    let grown = server.rss_bytes().unwrap().saturating_sub(before);
    assert!(grown < MOST_GROWTH, "{grown} bytes more");
    let reply = rig::http::get(server.base(), "/api/v1/status")
        .await
        .unwrap();
    assert_eq!(reply.status, 200);
}
