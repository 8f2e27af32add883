//! The `check` command of every program: asks a probe of a running service, or whether a port can be reached.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::config::Listen;

/// How long a probe may take in all.
const LIMIT: Duration = Duration::from_secs(2);

/// Asks the probe `ready`, `live` or `startup` of the service whose admin listener is `admin`. One sentence either way:
/// `Ok` if it answered 200.
pub async fn check(admin: &Listen, probe: &str) -> Result<String, String> {
    let admin = reachable(admin);
    let asked = match timeout(LIMIT, ask(&admin, probe)).await {
        Ok(asked) => asked,
        Err(_) => Err(format!("no answer within {} s", LIMIT.as_secs())),
    };
    match asked {
        Ok((StatusCode::OK, body)) => Ok(format!("{probe} at {admin}: {body}")),
        Ok((status, body)) => Err(format!("{probe} at {admin}: {} {body}", status.as_u16())),
        Err(problem) => Err(format!("{probe} at {admin}: {problem}")),
    }
}

/// Connects to `address` over TCP. One sentence either way: `Ok` if there was a connection in time.
pub async fn reach(address: &Listen) -> Result<String, String> {
    match timeout(LIMIT, connect(address)).await {
        Ok(Ok(_)) => Ok(format!("{address}: connected")),
        Ok(Err(problem)) => Err(format!("{address}: {problem}")),
        Err(_) => Err(format!(
            "{address}: no connection within {} s",
            LIMIT.as_secs()
        )),
    }
}

/// A listener on every address of the host is asked at loopback.
fn reachable(admin: &Listen) -> Listen {
    let loopback = |host: &str, port| Listen::Tcp {
        host: host.to_owned(),
        port,
    };
    match admin {
        Listen::Tcp { host, port } if host == "0.0.0.0" => loopback("127.0.0.1", *port),
        Listen::Tcp { host, port } if host.parse() == Ok(std::net::Ipv6Addr::UNSPECIFIED) => {
            loopback("::1", *port)
        }
        other => other.clone(),
    }
}

async fn ask(admin: &Listen, probe: &str) -> Result<(StatusCode, String), String> {
    match connect(admin).await? {
        Stream::Tcp(stream) => get(stream, probe).await,
        Stream::Unix(stream) => get(stream, probe).await,
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

async fn connect(address: &Listen) -> Result<Stream, String> {
    let connected = match address {
        Listen::Tcp { host, port } => TcpStream::connect((host.as_str(), *port))
            .await
            .map(Stream::Tcp),
        Listen::Unix(path) => UnixStream::connect(path).await.map(Stream::Unix),
    };
    connected.map_err(|error| format!("cannot connect: {error}"))
}

async fn get<S>(stream: S, probe: &str) -> Result<(StatusCode, String), String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| format!("the answer cannot be read: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let driver = tokio::spawn(connection);
    let request = Request::get(format!("/healthz/{probe}")).header(http::header::HOST, "localhost");
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(failed)?;
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(failed)?
        .to_bytes();
    driver.abort();
    Ok((status, String::from_utf8_lossy(&body).trim().to_owned()))
}
