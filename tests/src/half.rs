//! Clients that send a part of a request, and the rest later or never.

use anyhow::{Context, Result, ensure};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(20);
const BODY: (&str, &str) = (r#"{"name": "#, r#""Ohio"}"#);
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// A request to make a state, of which the server has seen the head, and half of the body is sent.
#[derive(Debug)]
pub struct Half(TcpStream);

impl Half {
    /// Sends the first half to `http://host:port`, and waits until the server asks for the body.
    pub async fn begin(base: &str) -> Result<Self> {
        let address = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await?;
        let length = BODY.0.len() + BODY.1.len();
        let head = format!(
            "POST /api/v1/states HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut answer = [0; GO_ON.len()];
        timeout(LIMIT, stream.read_exact(&mut answer))
            .await
            .context("the server does not ask for the body")??;
        ensure!(answer == GO_ON.as_bytes(), "{}", answer.escape_ascii());
        stream.write_all(BODY.0.as_bytes()).await?;
        Ok(Self(stream))
    }

    /// Sends the other half and reads until the server closes.
    pub async fn finish(mut self) -> Result<String> {
        self.0.write_all(BODY.1.as_bytes()).await?;
        let mut answer = String::new();
        timeout(LIMIT, self.0.read_to_string(&mut answer))
            .await
            .context("the server does not close")??;
        Ok(answer)
    }
}

/// A client of `http://host:port` that has sent all of a body of so many bytes but the last one, or as much as was taken.
pub async fn without_an_end(base: String, length: usize) -> Result<TcpStream> {
    let address = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "POST /api/v1/states HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    // Refused, it is not read any further.
    let _ = timeout(LIMIT, stream.write_all(&vec![b' '; length - 1])).await;
    Ok(stream)
}
