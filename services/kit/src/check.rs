//! The `check` command of every program: asks a probe of a running service.

use std::path::Path;
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
    match admin {
        Listen::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await;
            get(stream.map_err(|error| not_connected(&error))?, probe).await
        }
        Listen::Unix(path) => {
            let stream = UnixStream::connect(AsRef::<Path>::as_ref(path)).await;
            get(stream.map_err(|error| not_connected(&error))?, probe).await
        }
    }
}

fn not_connected(error: &std::io::Error) -> String {
    format!("cannot connect: {error}")
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
