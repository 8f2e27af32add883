//! Requests for benchmarks: one after another on each of several connections.

use anyhow::{Context, Result, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const END: &[u8] = b"\r\n\r\n";

/// Asks the same on several connections, so many times on each, and reads every answer to its end.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub connections: usize,
    /// On each connection.
    pub requests: usize,
    /// Whether each request has a connection of its own, which its head must ask to have closed.
    pub is_fresh: bool,
    /// What every answer must have.
    pub status: u16,
}

impl Load {
    /// On kept-alive connections; every answer must be 200.
    pub const fn kept(connections: usize, requests: usize) -> Self {
        Self {
            connections,
            requests,
            is_fresh: false,
            status: 200,
        }
    }

    /// How many requests there are in all.
    pub const fn all(self) -> usize {
        self.connections * self.requests
    }

    /// Sends `request`, a whole head and body; every answer must tell its length. Gives the bytes of one body.
    pub async fn run(self, address: SocketAddr, request: &str) -> Result<usize> {
        let request: Arc<str> = request.into();
        let mut clients: JoinSet<Result<usize>> = (0..self.connections)
            .map(|_| self.ask(address, request.clone()))
            .collect();
        let mut length = 0;
        while let Some(done) = clients.join_next().await {
            length = done??;
        }
        Ok(length)
    }

    async fn ask(self, address: SocketAddr, request: Arc<str>) -> Result<usize> {
        let mut stream = TcpStream::connect(address).await?;
        let mut buffer = vec![0; 64 * 1024];
        let mut length = 0;
        for at in 0..self.requests {
            if self.is_fresh && at > 0 {
                stream = TcpStream::connect(address).await?;
            }
            stream.write_all(request.as_bytes()).await?;
            length = self.read(&mut stream, &mut buffer).await?;
        }
        Ok(length)
    }

    /// Reads one answer, and gives the length of its body.
    async fn read(self, stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
        let (mut got, mut whole) = (0, None);
        while whole.is_none_or(|(head, body)| got < head + body) {
            if got == buffer.len() {
                buffer.resize(2 * got, 0);
            }
            let more = stream.read(&mut buffer[got..]).await?;
            ensure!(more > 0, "the connection was closed");
            got += more;
            if whole.is_none() {
                whole = self.head(&buffer[..got])?;
            }
        }
        let (head, body) = whole.context("no answer")?;
        ensure!(got == head + body, "more than one answer");
        Ok(body)
    }

    /// The bytes of a head and of the body that it announces, if all of the head is there.
    fn head(self, answer: &[u8]) -> Result<Option<(usize, usize)>> {
        let Some(at) = answer.windows(END.len()).position(|four| four == END) else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&answer[..at])?;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        ensure!(status == Some(self.status), "{head}");
        let fields = head.lines().filter_map(|line| line.split_once(':'));
        let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let (_, length) = lengths.next().context("the answer has no length")?;
        Ok(Some((at + END.len(), length.trim().parse()?)))
    }
}
