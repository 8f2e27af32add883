//! Who asked, when proxies stand between: `Forwarded` (RFC 7239) or `X-Forwarded-For`, `-Proto` and `-Host`, believed from
//! trusted peers only. From anybody else these fields are taken away, so that nothing further in can believe them.

mod element;
mod node;
mod way;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Uri, header};

use crate::config::Networks;
use crate::serve::Peer;
use way::{Way, X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO};

const CONFLICT: &str = "Forwarded and X-Forwarded-* say different things";

/// Who sent a request and what it was sent to, as far as the trusted proxies between say; without such proxies, as the
/// connection and the request say themselves. A handler takes it as an extractor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address of the client; none over a unix socket, or when a proxy hides it.
    pub address: Option<IpAddr>,
    /// `http` or `https`: how the client asked.
    pub scheme: &'static str,
    /// The host that it asked for, with its port if there was one; empty if it named none.
    pub host: Box<str>,
}

impl Client {
    /// The same of a request that is at hand.
    pub(crate) fn of(request: &Request) -> Client {
        let told = request.extensions().get::<Client>().cloned();
        told.unwrap_or_else(|| {
            Client::direct(request.extensions(), request.uri(), request.headers())
        })
    }

    fn direct(extensions: &Extensions, uri: &Uri, headers: &HeaderMap) -> Client {
        let peer = extensions.get::<Peer>();
        let address = peer.and_then(|peer| peer.as_str().parse::<SocketAddr>().ok());
        Client {
            address: address.map(|address| address.ip().to_canonical()),
            scheme: "http",
            host: named(uri, headers).into(),
        }
    }
}

/// The host that the request itself names: `:authority` of HTTP/2, or `Host`.
fn named<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let field = || headers.get(header::HOST)?.to_str().ok();
    let authority = uri.authority().map(Authority::as_str);
    authority.or_else(field).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Infallible> {
        let told = parts.extensions.get::<Client>().cloned();
        Ok(told.unwrap_or_else(|| Client::direct(&parts.extensions, &parts.uri, &parts.headers)))
    }
}

/// Why a request of a trusted peer is to be refused; [`strict`](super::strict) does so.
#[derive(Clone, Copy)]
pub(super) struct Fault(pub(super) &'static str);

/// Leaves with the request, as its [`Client`] and its [`Peer`], who sent it.
pub(super) fn resolve(request: &mut Request, trusted: &Networks) {
    let peer = |request: &Request| request.extensions().get::<Peer>().cloned();
    if trusted.is_empty() || !peer(request).is_some_and(|peer| trusted.contain_peer(&peer)) {
        strip(request.headers_mut());
        return;
    }
    match way(request.headers(), trusted) {
        Ok(way) => put(request, way),
        Err(sentence) => {
            request.extensions_mut().insert(Fault(sentence));
        }
    }
}

fn strip(headers: &mut HeaderMap) {
    for name in [
        header::FORWARDED,
        X_FORWARDED_FOR,
        X_FORWARDED_PROTO,
        X_FORWARDED_HOST,
    ] {
        headers.remove(name);
    }
}

fn way(headers: &HeaderMap, trusted: &Networks) -> Result<Way, &'static str> {
    let standard = Way::standard(headers, trusted)?;
    let custom = Way::by_custom(headers, trusted)?;
    standard.agreed(custom).ok_or(CONFLICT)
}

fn put(request: &mut Request, way: Way) {
    let mut client = Client::direct(request.extensions(), request.uri(), request.headers());
    client.scheme = way.scheme.unwrap_or(client.scheme);
    client.host = way.host.unwrap_or(client.host);
    let extensions = request.extensions_mut();
    if let Some(node) = way.client {
        client.address = node.address();
        extensions.insert(Peer::new(&node.to_string()));
    }
    extensions.insert(client);
}

#[cfg(test)]
mod tests;
