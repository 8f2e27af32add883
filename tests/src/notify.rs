//! The supervisor's end of `sd_notify(3)`: a datagram socket that keeps what processes tell it.

use crate::process::until;
use anyhow::{Context, Result};
use std::os::unix::net::UnixDatagram;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How often the reader looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);
/// Longer than any message of systemd's may be.
const LONGEST: usize = 1 << 16;

/// A supervisor that only listens. Dropping it removes its socket.
#[derive(Debug)]
pub struct Notify {
    path: String,
    told: Arc<Mutex<Vec<Told>>>,
    over: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    // It goes after the reader.
    _folder: TempDir,
}

/// A line that came, and when.
#[derive(Debug, Clone)]
pub struct Told {
    pub line: String,
    pub at: Instant,
}

impl Notify {
    /// Listens from now on.
    pub fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path)?;
        socket.set_read_timeout(Some(LOOK))?;
        let (told, over) = (Arc::<Mutex<Vec<Told>>>::default(), Arc::default());
        let reader = std::thread::spawn({
            let (told, over) = (Arc::clone(&told), Arc::clone(&over));
            move || listen(&socket, &told, &over)
        });
        Ok(Self {
            path: path.to_str().context("no text")?.to_owned(),
            told,
            over,
            reader: Some(reader),
            _folder: folder,
        })
    }

    /// What tells a process where to speak.
    pub fn env(&self) -> (&str, &str) {
        ("NOTIFY_SOCKET", &self.path)
    }

    /// All lines so far, in order.
    pub fn told(&self) -> Vec<Told> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.clone()
    }

    /// How many lines so far are this one.
    pub fn count(&self, line: &str) -> usize {
        let told = self.told();
        told.iter().filter(|told| told.line == line).count()
    }

    /// What stands after `key` and `=` in each line that has it, such as all of `STATUS`.
    pub fn values(&self, key: &str) -> Vec<String> {
        let told = self.told();
        let pairs = told.iter().filter_map(|told| told.line.split_once('='));
        pairs
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value.to_owned())
            .collect()
    }

    /// Waits for the first line that is this one, and tells when it came.
    pub async fn until(&self, line: &str, limit: Duration) -> Result<Instant> {
        let first = || self.told().into_iter().find(|told| told.line == line);
        until(line, limit, async || Ok(first().is_some()))
            .await
            .with_context(|| format!("told was {:?}", self.lines()))?;
        Ok(first().context("it is gone")?.at)
    }

    /// All lines so far, for a message.
    pub fn lines(&self) -> Vec<String> {
        self.told().into_iter().map(|told| told.line).collect()
    }
}

impl Drop for Notify {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn listen(socket: &UnixDatagram, told: &Mutex<Vec<Told>>, over: &AtomicBool) {
    let mut buffer = vec![0; LONGEST];
    while !over.load(Ordering::Relaxed) {
        // A time-out: nobody has said anything for a while.
        let Ok(length) = socket.recv(&mut buffer) else {
            continue;
        };
        let (text, at) = (String::from_utf8_lossy(&buffer[..length]), Instant::now());
        let lines = text.lines().map(|line| Told {
            line: line.to_owned(),
            at,
        });
        told.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(lines);
    }
}
