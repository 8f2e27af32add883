//! A client of a Unix socket.

use crate::LIMIT;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// `GET` at `unix:FILE`: the whole answer with its head.
pub(crate) async fn ask_unix(address: &str, path: &str) -> String {
    let file = address.trim_start_matches("unix:");
    let mut stream = UnixStream::connect(file).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: unix\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = timeout(LIMIT, stream.read_to_string(&mut answer)).await;
    read.unwrap().unwrap();
    answer
}
