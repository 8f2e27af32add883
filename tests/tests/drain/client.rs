//! Clients that ask byte by byte.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(20);
const BODY: (&str, &str) = (r#"{"name": "#, r#""Ohio"}"#);

/// A request of which the server has seen the head, and half of the body is sent.
pub(crate) struct Half(TcpStream);

impl Half {
    pub(crate) async fn begin(base: &str) -> Self {
        let address = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = BODY.0.len() + BODY.1.len();
        let head = format!(
            "POST /api/v1/states HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let wanted = "HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; wanted.len()];
        let read = timeout(LIMIT, stream.read_exact(&mut answer)).await;
        read.unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), wanted);
        stream.write_all(BODY.0.as_bytes()).await.unwrap();
        Self(stream)
    }

    /// Sends the other half and reads until the server closes.
    pub(crate) async fn finish(mut self) -> String {
        self.0.write_all(BODY.1.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = timeout(LIMIT, self.0.read_to_string(&mut answer)).await;
        read.unwrap().unwrap();
        answer
    }
}

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
