//! Asking a worker over one of its private listeners.

use std::io;
use std::path::Path;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio_util::task::AbortOnDropHandle;

/// What a new worker must answer before it counts as one that is well.
const FIRST: &str = "/api/v1/status";
/// The most of an answer that is read, in bytes.
const MOST: usize = 16 << 20;

/// Makes the first request to a worker; what is wrong with the answer, if anything is.
pub(crate) async fn greet(door: &str) -> Result<(), String> {
    match ask(door, Method::GET, &format!("/first?path={FIRST}")).await {
        Ok((StatusCode::OK, _)) => Ok(()),
        Ok((status, _)) => Err(format!("GET {FIRST} gives {status}")),
        Err(error) => Err(format!("GET {FIRST}: {error}")),
    }
}

/// Asks at an abstract unix socket.
pub(crate) async fn ask(
    door: &str,
    method: Method,
    path: &str,
) -> anyhow::Result<(StatusCode, Bytes)> {
    // Tokio takes a name that begins so for an abstract one.
    ask_at(Path::new(&format!("\0{door}")), method, path).await
}

/// Asks at a unix socket.
pub(crate) async fn ask_at(
    socket: &Path,
    method: Method,
    path: &str,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let coming = Coming::from(socket, method, path).await?;
    let body = Limited::new(coming.body, MOST).collect().await;
    let body = body.map_err(|error| io::Error::other(error.to_string()))?;
    Ok((coming.status, body.to_bytes()))
}

/// An answer of which the head has come.
pub(crate) struct Coming {
    pub(crate) status: StatusCode,
    pub(crate) body: Incoming,
    _connection: AbortOnDropHandle<hyper::Result<()>>,
}

impl Coming {
    /// Asks at a unix socket.
    pub(crate) async fn from(socket: &Path, method: Method, path: &str) -> anyhow::Result<Coming> {
        let stream = UnixStream::connect(socket).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        let connection = AbortOnDropHandle::new(tokio::spawn(connection));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "hbnb")
            .body(Empty::<Bytes>::new())?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Coming {
            status: head.status,
            body,
            _connection: connection,
        })
    }
}
