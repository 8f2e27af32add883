//! A small HTTP/1.1 client: one fresh connection per request, the path sent exactly as it is given.

use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// An answer; header names are in lower case, and a repeated header is joined by `, `.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(&name.to_ascii_lowercase())
            .map(String::as_str)
    }

    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub fn json(&self) -> Result<Value> {
        let text = self.text();
        serde_json::from_str(&text).with_context(|| format!("not JSON: {text:.160}"))
    }
}

/// Sends one request to `base` (`http://host:port`, a path after it is put before `path`).
pub async fn send(
    base: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
    timeout: Duration,
) -> Result<Reply> {
    let (authority, prefix) = split(base)?;
    let request = request(
        &authority,
        method,
        &format!("{prefix}{path}"),
        headers,
        body,
    )?;
    tokio::time::timeout(timeout, exchange(&authority, request))
        .await
        .map_err(|_| anyhow!("no answer within {timeout:?}"))?
        .with_context(|| format!("{method} {base}{path}"))
}

/// `GET` without further ado, within ten seconds.
pub async fn get(base: &str, path: &str) -> Result<Reply> {
    send(base, "GET", path, &[], None, Duration::from_secs(10)).await
}

/// Sends bytes as they are, and reads what is answered until the connection ends.
pub fn raw(base: &str, request: &[u8]) -> Result<Vec<u8>> {
    let (authority, _) = split(base)?;
    let mut stream = std::net::TcpStream::connect(authority)?;
    let mut answer = Vec::new();
    // Some requests deserve no answer, and are not read to their end.
    let _ = stream
        .write_all(request)
        .and_then(|()| stream.shutdown(Shutdown::Write))
        .and_then(|()| stream.read_to_end(&mut answer));
    Ok(answer)
}

/// An answer whose body is taken piece by piece; the server feels it when nobody takes.
#[derive(Debug)]
pub struct Streamed {
    pub status: u16,
    body: Incoming,
    _connection: Connection,
}

impl Streamed {
    /// The next piece of the body, none at its end; an error when the body was broken off.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

/// Sends a request and waits for the head of its answer only.
pub async fn stream(
    base: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
) -> Result<Streamed> {
    let (authority, prefix) = split(base)?;
    let path = format!("{prefix}{path}");
    let request = request(&authority, method, &path, headers, body)?;
    let (response, connection) = ask(&authority, request).await?;
    Ok(Streamed {
        status: response.status().as_u16(),
        body: response.into_body(),
        _connection: connection,
    })
}

fn split(base: &str) -> Result<(String, &str)> {
    let rest = base
        .strip_prefix("http://")
        .with_context(|| format!("{base}: only http:// is spoken here"))?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, prefix) = rest.split_at(end);
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let authority = if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    Ok((authority, prefix.trim_end_matches('/')))
}

fn request(
    authority: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
) -> Result<Request<Full<Bytes>>> {
    let method = Method::from_bytes(method.as_bytes())?;
    let mut all = HeaderMap::new();
    all.insert(HOST, HeaderValue::from_str(authority)?);
    for (name, value) in headers {
        all.append(
            HeaderName::from_bytes(name.as_bytes())?,
            HeaderValue::from_bytes(value.as_bytes())?,
        );
    }
    // hyper leaves the length of an empty body out; servers differ on what its absence means.
    let wants_length = matches!(method, Method::POST | Method::PUT | Method::PATCH);
    let empty = body.as_ref().map_or(wants_length, Vec::is_empty);
    if empty && !all.contains_key(CONTENT_LENGTH) {
        all.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .body(Full::from(body.unwrap_or_default()))?;
    *request.headers_mut() = all;
    Ok(request)
}

async fn exchange(authority: &str, request: Request<Full<Bytes>>) -> Result<Reply> {
    let (response, _connection) = ask(authority, request).await?;
    let (head, body) = response.into_parts();
    Ok(Reply {
        status: head.status.as_u16(),
        headers: joined(&head.headers),
        body: body.collect().await?.to_bytes().to_vec(),
    })
}

type Connection = JoinSet<hyper::Result<()>>;

/// The head of the answer, and the connection, which ends when it is dropped.
async fn ask(
    authority: &str,
    request: Request<Full<Bytes>>,
) -> Result<(Response<Incoming>, Connection)> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    Ok((sender.send_request(request).await?, tasks))
}

fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut all = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        all.entry(name.as_str().to_owned())
            .and_modify(|before| {
                before.push_str(", ");
                before.push_str(&value);
            })
            .or_insert_with(|| value.to_string());
    }
    all
}
