//! Requests on kept-alive connections, one at a time on each.

mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::Full;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;

use super::cause::{Cause, Failed};
use super::target::Target;
use super::tls;
use wire::{Lost, Wire};

/// How long a connection may have been idle and be used again: less than any server keeps it.
const KEPT: Duration = Duration::from_secs(15);
const AGENT: &str = concat!("hbnb-load/", env!("CARGO_PKG_VERSION"));

/// A request, whole.
pub(crate) type Ask = Request<Full<Bytes>>;

/// How requests are sent.
pub(crate) struct Manner {
    /// Each on a connection of its own.
    pub(crate) fresh: bool,
    /// Any certificate will do.
    pub(crate) insecure: bool,
    /// From the connection to the end of the answer.
    pub(crate) timeout: Duration,
    /// What every request has.
    pub(crate) headers: HeaderMap,
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A client of one site.
pub(crate) struct Client {
    target: Target,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    manner: Manner,
    /// The one used last is used next, so that those which are not needed grow old.
    kept: Mutex<Vec<(Wire, Instant)>>,
}

impl Client {
    pub(crate) fn new(target: Target, mut manner: Manner) -> anyhow::Result<Client> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, target.host().clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if manner.fresh {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        headers.extend(std::mem::take(&mut manner.headers));
        manner.headers = headers;
        let (host, _) = target.address();
        let tls = match target.is_tls() {
            true => {
                let name = ServerName::try_from(host.to_owned()).context("no name for TLS")?;
                Some((tls::connector(manner.insecure)?, name))
            }
            false => None,
        };
        Ok(Client {
            target,
            tls,
            manner,
            kept: Mutex::default(),
        })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// What the site calls itself: the field `Host` as it is sent.
    pub(crate) fn host(&self) -> &HeaderValue {
        self.manner.headers.get(HOST).unwrap_or(self.target.host())
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) async fn send(&self, mut ask: Ask) -> Result<Answer, Failed> {
        for (name, value) in &self.manner.headers {
            ask.headers_mut().insert(name, value.clone());
        }
        let limit = self.manner.timeout;
        match timeout(limit, self.exchange(ask)).await {
            Ok(done) => done,
            Err(_) => Err(Failed::new(
                Cause::Timeout,
                format_args!("no answer within {limit:?}"),
            )),
        }
    }

    async fn exchange(&self, mut ask: Ask) -> Result<Answer, Failed> {
        loop {
            let kept = self.take();
            let reused = kept.is_some();
            let mut wire = match kept {
                Some(wire) => wire,
                None => self.connect().await?,
            };
            match wire.exchange(ask).await {
                Ok(answer) => {
                    if !self.manner.fresh && wire.is_open().await {
                        self.kept().push((wire, Instant::now()));
                    }
                    return Ok(answer);
                }
                // Whoever closed an idle connection has not seen the request.
                Err(Lost::Unsent(back)) if reused => ask = *back,
                Err(Lost::Unsent(_)) => {
                    return Err(Failed::new(Cause::Reset, "closed as soon as it was open"));
                }
                Err(Lost::Sent(failed)) => return Err(failed),
            }
        }
    }

    fn take(&self) -> Option<Wire> {
        let mut kept = self.kept();
        match kept.pop() {
            Some((wire, since)) if since.elapsed() < KEPT => Some(wire),
            Some(_) => {
                // Those below are older still.
                kept.clear();
                None
            }
            None => None,
        }
    }

    async fn connect(&self) -> Result<Wire, Failed> {
        let failed = |error| Failed::new(Cause::Connect, error);
        let stream = TcpStream::connect(self.target.address())
            .await
            .map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let stream = match &self.tls {
            Some((connector, name)) => {
                let connected = connector.connect(name.clone(), stream).await;
                Either::Right(connected.map_err(failed)?)
            }
            None => Either::Left(stream),
        };
        Wire::new(stream).await
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(Wire, Instant)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
