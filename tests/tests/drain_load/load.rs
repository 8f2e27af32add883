//! Clients that ask all the time, some on kept-alive connections, some on fresh ones.

use rig::until;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::LIMIT;

/// What they ask for.
pub(crate) const PATH: &str = "/api/v1/status";

/// Milliseconds for which kept-alive clients think between two requests.
const THINK: [u64; 12] = [0, 0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50];
const FRESH: usize = 4;
const PATIENCE: Duration = Duration::from_secs(20);

/// Running clients.
pub(crate) struct Load {
    clients: JoinSet<()>,
    tally: Arc<Tally>,
}

#[derive(Default)]
struct Tally {
    over: AtomicBool,
    /// Whether a connection that nothing was answered on may be refused.
    may_be_refused: AtomicBool,
    answered: AtomicUsize,
    refused: AtomicUsize,
    lost: Mutex<Vec<String>>,
}

impl Tally {
    /// Whether the error is that of a connection which the server has not accepted, while that is no loss. One may be made
    /// and still be waiting to be accepted: then it is reset.
    fn refuses(&self, error: &io::Error) -> bool {
        let kinds = [ErrorKind::ConnectionRefused, ErrorKind::ConnectionReset];
        let refuses = self.may_be_refused.load(Relaxed) && kinds.contains(&error.kind());
        if refuses {
            self.refused.fetch_add(1, Relaxed);
        }
        refuses
    }
}

impl Load {
    pub(crate) fn start(address: &str) -> Load {
        let tally = Arc::<Tally>::default();
        let mut clients = JoinSet::new();
        for think in THINK {
            let think = Duration::from_millis(think);
            clients.spawn(keep_asking(address.to_owned(), Some(think), tally.clone()));
        }
        for _ in 0..FRESH {
            clients.spawn(keep_asking(address.to_owned(), None, tally.clone()));
        }
        Load { clients, tally }
    }

    pub(crate) fn answered(&self) -> usize {
        self.tally.answered.load(Relaxed)
    }

    /// Waits until so many more are.
    pub(crate) async fn until_answered(&self, more: usize) {
        let enough = self.answered() + more;
        let what = format!("{enough} requests are answered");
        until(&what, LIMIT, async || Ok(self.answered() >= enough))
            .await
            .unwrap();
    }

    /// From now on a client leaves whose new connection is refused; nothing is lost with it.
    pub(crate) fn may_be_refused(&self) {
        self.tally.may_be_refused.store(true, Relaxed);
    }

    pub(crate) fn refused(&self) -> usize {
        self.tally.refused.load(Relaxed)
    }

    pub(crate) fn lost(&self) -> usize {
        self.tally.lost.lock().unwrap().len()
    }

    /// Lets the requests on their way end; returns how many were answered, and what became of the others.
    pub(crate) async fn end(self) -> (usize, Vec<String>) {
        self.tally.over.store(true, Relaxed);
        self.clients.join_all().await;
        let lost = std::mem::take(&mut *self.tally.lost.lock().unwrap());
        (self.tally.answered.load(Relaxed), lost)
    }
}

/// Asks on one connection after the other, thinking in between; on a fresh one each time if it never thinks.
async fn keep_asking(address: String, think: Option<Duration>, tally: Arc<Tally>) {
    let mut kept = None;
    while !tally.over.load(Relaxed) {
        let is_new = kept.is_none();
        let connection = match kept.take() {
            Some(connection) => Ok(connection),
            None => TcpStream::connect(&address).await,
        };
        let asked = async {
            let mut connection = connection?;
            let stays = ask(&mut connection, think.is_some()).await?;
            io::Result::Ok(stays.then_some(connection))
        };
        match timeout(PATIENCE, asked).await {
            Ok(Ok(connection)) => {
                tally.answered.fetch_add(1, Relaxed);
                kept = connection;
            }
            Ok(Err(error)) if is_new && tally.refuses(&error) => return,
            Ok(Err(error)) => tally.lost.lock().unwrap().push(error.to_string()),
            Err(_) => tally.lost.lock().unwrap().push("no answer".to_owned()),
        }
        if let Some(think) = think.filter(|think| !think.is_zero()) {
            sleep(think).await;
        }
    }
}

/// One exchange; tells whether the connection may be used again.
async fn ask(connection: &mut TcpStream, keep: bool) -> io::Result<bool> {
    let close = if keep { "" } else { "Connection: close\r\n" };
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: here\r\n{close}\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let head = loop {
        if connection.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if let Some(at) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8_lossy(&answer[..at + 4]).to_ascii_lowercase();
        }
    };
    let field = |name: &str| head.split(name).nth(1)?.split("\r\n").next();
    let length = field("\r\ncontent-length: ").and_then(|text| text.parse::<usize>().ok());
    let whole = head.len() + length.ok_or(ErrorKind::InvalidData)?;
    while answer.len() < whole {
        if connection.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    if !head.starts_with("http/1.1 200 ") {
        return Err(io::Error::other(head));
    }
    Ok(field("\r\nconnection: ") != Some("close"))
}
