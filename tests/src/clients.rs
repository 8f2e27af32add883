//! Clients that ask all the time, some on kept-alive connections, some on fresh ones.

use crate::process::until;
use anyhow::Result;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Milliseconds for which kept-alive clients think between two requests.
const THINK: [u64; 12] = [0, 0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50];
const FRESH: usize = 4;
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take until so many requests are answered.
const LIMIT: Duration = Duration::from_secs(60);

/// What clients ask.
#[derive(Debug, Clone)]
pub struct Question {
    line: String,
    body: Option<String>,
    /// What the answer must have.
    status: u16,
}

/// Running clients.
#[derive(Debug)]
pub struct Clients {
    tasks: JoinSet<()>,
    tally: Arc<Tally>,
}

/// What has become of requests.
#[derive(Debug)]
pub struct Asked {
    pub answered: usize,
    /// Why each of the others was not.
    pub lost: Vec<String>,
    /// The longest that any answer took.
    pub slowest: Duration,
}

#[derive(Debug, Default)]
struct Tally {
    over: AtomicBool,
    /// Whether a connection that nothing was answered on may be refused.
    may_be_refused: AtomicBool,
    answered: AtomicUsize,
    refused: AtomicUsize,
    lost: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

/// One client.
struct Client {
    address: String,
    questions: Vec<Question>,
    /// Between two requests; none for a fresh connection each time.
    think: Option<Duration>,
    tally: Arc<Tally>,
}

impl Question {
    /// `GET`, to be answered with 200.
    pub fn get(path: &str) -> Self {
        Self {
            line: format!("GET {path}"),
            body: None,
            status: 200,
        }
    }

    /// `POST` of JSON, to be answered with this status.
    pub fn post(path: &str, body: &str, status: u16) -> Self {
        Self {
            line: format!("POST {path}"),
            body: Some(body.to_owned()),
            status,
        }
    }

    fn text(&self, keep: bool) -> String {
        let close = if keep { "" } else { "Connection: close\r\n" };
        let line = &self.line;
        match &self.body {
            None => format!("{line} HTTP/1.1\r\nHost: here\r\n{close}\r\n"),
            Some(body) => format!(
                "{line} HTTP/1.1\r\nHost: here\r\n{close}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
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

    fn answers(&self, took: Duration) {
        self.answered.fetch_add(1, Relaxed);
        let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        *slowest = took.max(*slowest);
    }

    fn lost(&self) -> MutexGuard<'_, Vec<String>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clients {
    /// Twelve that keep their connections and four that do not, who ask these in turn.
    pub fn start(address: &str, questions: &[Question]) -> Self {
        let kept = THINK.map(Duration::from_millis).map(Some);
        Self::of(address, questions, kept.into_iter().chain([None; FRESH]))
    }

    /// Four that make a connection for each request.
    pub fn start_fresh(address: &str, questions: &[Question]) -> Self {
        Self::of(address, questions, [None; FRESH].into_iter())
    }

    fn of(
        address: &str,
        questions: &[Question],
        thinks: impl Iterator<Item = Option<Duration>>,
    ) -> Self {
        let tally = Arc::<Tally>::default();
        let mut tasks = JoinSet::new();
        for (number, think) in thinks.enumerate() {
            let mut questions = questions.to_vec();
            // They do not all ask the same at the same time.
            let first = number % questions.len();
            questions.rotate_left(first);
            let client = Client {
                address: address.to_owned(),
                questions,
                think,
                tally: tally.clone(),
            };
            tasks.spawn(client.ask_on());
        }
        Self { tasks, tally }
    }

    pub fn answered(&self) -> usize {
        self.tally.answered.load(Relaxed)
    }

    /// Waits until so many more are.
    pub async fn until_answered(&self, more: usize) -> Result<()> {
        let enough = self.answered() + more;
        let what = format!("{enough} requests are answered");
        until(&what, LIMIT, async || Ok(self.answered() >= enough)).await
    }

    /// From now on a client leaves whose new connection is refused; nothing is lost with it.
    pub fn may_be_refused(&self) {
        self.tally.may_be_refused.store(true, Relaxed);
    }

    pub fn refused(&self) -> usize {
        self.tally.refused.load(Relaxed)
    }

    pub fn lost(&self) -> usize {
        self.tally.lost().len()
    }

    /// Lets the requests on their way end.
    pub async fn end(self) -> Asked {
        self.tally.over.store(true, Relaxed);
        self.tasks.join_all().await;
        let slowest = *self
            .tally
            .slowest
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Asked {
            answered: self.tally.answered.load(Relaxed),
            lost: std::mem::take(&mut *self.tally.lost()),
            slowest,
        }
    }
}

impl Client {
    /// Asks on one connection after the other, thinking in between; on a fresh one each time if it never thinks.
    async fn ask_on(self) {
        let Client {
            address,
            questions,
            think,
            tally,
        } = self;
        let mut kept = None;
        for question in questions.iter().cycle() {
            if tally.over.load(Relaxed) {
                return;
            }
            let (is_new, since) = (kept.is_none(), Instant::now());
            let connection = match kept.take() {
                Some(connection) => Ok(connection),
                None => TcpStream::connect(&address).await,
            };
            let asked = async {
                let mut connection = connection?;
                let stays = ask(&mut connection, question, think.is_some()).await?;
                io::Result::Ok(stays.then_some(connection))
            };
            match timeout(PATIENCE, asked).await {
                Ok(Ok(connection)) => {
                    tally.answers(since.elapsed());
                    kept = connection;
                }
                Ok(Err(error)) if is_new && tally.refuses(&error) => return,
                Ok(Err(error)) => tally.lost().push(format!("{question}: {error}")),
                Err(_) => tally.lost().push(format!("{question}: no answer")),
            }
            if let Some(think) = think.filter(|think| !think.is_zero()) {
                sleep(think).await;
            }
        }
    }
}

/// One exchange; tells whether the connection may be used again.
async fn ask(connection: &mut TcpStream, question: &Question, keep: bool) -> io::Result<bool> {
    connection.write_all(question.text(keep).as_bytes()).await?;
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
    if !head.starts_with(&format!("http/1.1 {} ", question.status)) {
        return Err(io::Error::other(head));
    }
    Ok(field("\r\nconnection: ") != Some("close"))
}
