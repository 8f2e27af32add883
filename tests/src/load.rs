//! Requests for benchmarks: on kept-alive connections, one after another on each.

use anyhow::{Context, Result, ensure};
use std::net::SocketAddr;
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
}

impl Load {
    /// Sends `request`, a whole head; every answer must be 200 and tell its length. Gives the bytes of one body.
    pub async fn run(self, address: SocketAddr, request: &str) -> Result<usize> {
        let request: std::sync::Arc<str> = request.into();
        let mut clients: JoinSet<Result<usize>> = (0..self.connections)
            .map(|_| ask(address, request.clone(), self.requests))
            .collect();
        let mut length = 0;
        while let Some(done) = clients.join_next().await {
            length = done??;
        }
        Ok(length)
    }
}

async fn ask(address: SocketAddr, request: std::sync::Arc<str>, requests: usize) -> Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    let mut buffer = vec![0; 64 * 1024];
    let mut length = 0;
    for _ in 0..requests {
        stream.write_all(request.as_bytes()).await?;
        let (mut got, mut whole) = (0, None);
        while whole.is_none_or(|whole| got < whole) {
            if got == buffer.len() {
                buffer.resize(2 * got, 0);
            }
            let more = stream.read(&mut buffer[got..]).await?;
            ensure!(more > 0, "the connection was closed");
            got += more;
            if whole.is_none() {
                whole = head(&buffer[..got])?.map(|(head, body)| {
                    length = body;
                    head + body
                });
            }
        }
        ensure!(whole == Some(got), "more than one answer");
    }
    Ok(length)
}

/// The bytes of a head and of the body that it announces, if all of the head is there.
fn head(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(at) = answer.windows(END.len()).position(|four| four == END) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..at])?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().context("the answer has no length")?;
    Ok(Some((at + END.len(), length.trim().parse()?)))
}
