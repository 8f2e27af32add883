//! The other clients, who should not notice.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

const PACE: Duration = Duration::from_millis(5);
const REQUEST: &str = "GET /api/v1/states HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

/// How long requests take in the middle at each of two servers, asked in turns for a while, each time on a new connection:
/// what else the machine has to do is the same for both.
pub(crate) async fn medians(addresses: [&str; 2], span: Duration) -> [Duration; 2] {
    let addresses = addresses.map(str::to_owned);
    // Not on the runtime, which is busy with the slow ones.
    let measured = spawn_blocking(move || {
        let end = Instant::now() + span;
        let mut times = [Vec::new(), Vec::new()];
        while Instant::now() < end {
            for (times, address) in times.iter_mut().zip(&addresses) {
                times.push(one(address));
            }
            thread::sleep(PACE);
        }
        times.map(rig::median)
    });
    measured.await.unwrap()
}

fn one(address: &str) -> Duration {
    let started = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(REQUEST.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    started.elapsed()
}
