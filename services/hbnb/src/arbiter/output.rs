//! What workers write to their standard output and error: a pipe to the master, which writes it on, line by line.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use kit::telemetry::{self, Log};
use tokio::net::unix::pipe::Receiver;

/// How many of its last lines are told of a worker that failed.
const LAST: usize = 20;
const LONGEST: usize = 64 * 1024;

/// The pipe from a worker, and what came last. Clones share it.
#[derive(Clone)]
pub(crate) struct Output(Arc<Inner>);

struct Inner {
    pipe: Receiver,
    log: Log,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    last: VecDeque<String>,
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
}

impl Output {
    /// A pipe whose lines belong into this log.
    pub(crate) fn of(pipe: OwnedFd, log: Log) -> io::Result<Output> {
        let pipe = Receiver::from_owned_fd(pipe)?;
        let read = Mutex::default();
        Ok(Output(Arc::new(Inner { pipe, log, read })))
    }

    /// Writes on what comes, until nobody holds the other end any more.
    pub(crate) async fn pass_on(self) {
        while self.0.pipe.readable().await.is_ok() && self.pass_on_what_is_there() {}
        self.finish();
    }

    /// Writes on what is there, and whether more may come.
    pub(crate) fn pass_on_what_is_there(&self) -> bool {
        let mut bytes = vec![0; LONGEST];
        loop {
            match self.0.pipe.try_read(&mut bytes) {
                Ok(0) => return false,
                Ok(length) => self.take(&bytes[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
        }
    }

    /// The last lines, as a text.
    pub(crate) fn last(&self) -> Vec<String> {
        let read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.last.iter().cloned().collect()
    }

    /// The beginning of a line whose end has not come.
    pub(crate) fn begun_line(&self) -> String {
        let read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&read.begun).into_owned()
    }

    /// Goes on with a line that was begun before.
    pub(crate) fn goes_on(&self, begun: &str) {
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.begun.splice(..0, begun.bytes());
    }

    fn take(&self, bytes: &[u8]) {
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        let (lines, rest) = bytes.split_at(end.map_or(0, |end| end + 1));
        if !lines.is_empty() {
            read.begun.extend_from_slice(lines);
            read.pass_on(self.0.log);
        }
        read.begun.extend_from_slice(rest);
        if read.begun.len() > LONGEST {
            read.begun.push(b'\n');
            read.pass_on(self.0.log);
        }
    }

    fn finish(&self) {
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        if !read.begun.is_empty() {
            read.begun.push(b'\n');
            read.pass_on(self.0.log);
        }
    }
}

impl Read {
    fn pass_on(&mut self, log: Log) {
        telemetry::write(&self.begun, log);
        let lines = self.begun.rsplit(|byte| *byte == b'\n').skip(1).take(LAST);
        let mut lines: VecDeque<String> = lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        while lines.len() < LAST
            && let Some(line) = self.last.pop_back()
        {
            lines.push_back(line);
        }
        self.last = lines.into_iter().rev().collect();
        self.begun.clear();
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.pipe.as_fd()
    }
}
