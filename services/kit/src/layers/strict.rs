//! Refuses requests that HTTP forbids, or that are larger than any honest one. hyper refuses the rest by itself, before
//! there is a request that could pass a layer: a head of more than 64 KiB, or of more than 100 fields over HTTP/1 (431).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::response::Response;

use super::forwarded::Fault;
use super::refusal::{self, RefusalPage, sentences};
use crate::serve::{FIELD_LIMIT, HEAD_LIMIT};

/// The longest request line, in bytes without its line end.
const LINE_LIMIT: usize = 8190;
/// The bytes of a request line beside method and target: two spaces and the version.
const LINE_REST: usize = " ".len() + " HTTP/1.1".len();
/// The bytes of a field line beside name and value.
const FIELD_REST: usize = ": \r\n".len();

type Refusal = (StatusCode, &'static str);

/// The answer to a request that is refused.
pub(super) fn refusal(request: &Request, page: Option<RefusalPage>) -> Option<Response> {
    let (status, sentence) = fault(request)?;
    let mut response = refusal::answer(request.uri().path(), page, status, sentence);
    if request.version() < Version::HTTP_2 {
        // What follows on this connection may be meant for somebody else.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Some(response)
}

fn fault(request: &Request<Body>) -> Option<Refusal> {
    too_large(request).or_else(|| {
        let malformed = form(request.method(), request.uri(), request.version())
            .or_else(|| host(request.headers(), request.version()))
            .or_else(|| repeated(request.headers(), &header::CONTENT_TYPE))
            .or_else(|| request.extensions().get().map(|Fault(sentence)| *sentence))?;
        Some((StatusCode::BAD_REQUEST, malformed))
    })
}

fn too_large(request: &Request<Body>) -> Option<Refusal> {
    let line = request.method().as_str().len() + length(request.uri()) + LINE_REST;
    if line > LINE_LIMIT {
        return Some((StatusCode::URI_TOO_LONG, sentences::LONG_LINE));
    }
    let headers = request.headers();
    let fields: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + FIELD_REST)
        .sum();
    let too_large = headers.len() > FIELD_LIMIT || line + fields > HEAD_LIMIT as usize;
    too_large.then_some((
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        sentences::LARGE_HEAD,
    ))
}

fn length(uri: &Uri) -> usize {
    let scheme = uri
        .scheme_str()
        .map_or(0, |scheme| scheme.len() + "://".len());
    let authority = uri
        .authority()
        .map_or(0, |authority| authority.as_str().len());
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    scheme + authority + path
}

/// RFC 9112, 3.2: a target without a path is for CONNECT alone, and `*` for OPTIONS.
fn form(method: &Method, uri: &Uri, version: Version) -> Option<&'static str> {
    let is_authority = uri.authority().is_some() && uri.scheme().is_none();
    let connects = *method == Method::CONNECT;
    if is_authority && !connects {
        Some("a target without a path is for CONNECT alone")
    } else if connects && !is_authority && version < Version::HTTP_2 {
        Some("the target of CONNECT is host:port")
    } else if uri.path() == "*" && *method != Method::OPTIONS {
        Some("the target * is for OPTIONS alone")
    } else {
        None
    }
}

/// RFC 9112, 3.2: one valid `Host`, which HTTP/1.0 may leave out, and HTTP/2 replaces by `:authority`.
fn host(headers: &HeaderMap, version: Version) -> Option<&'static str> {
    match headers.get(header::HOST) {
        None => (version == Version::HTTP_11).then_some(sentences::NO_HOST),
        Some(value) if !is_host(value.as_bytes()) => Some("the field Host is no host"),
        Some(_) => repeated(headers, &header::HOST),
    }
}

/// A field that everybody reads once must not come twice: two readers might each take another.
fn repeated(headers: &HeaderMap, name: &HeaderName) -> Option<&'static str> {
    let twice = headers.get_all(name).iter().nth(1).is_some();
    let sentence = if *name == header::HOST {
        "the field Host comes twice"
    } else {
        "the field Content-Type comes twice"
    };
    twice.then_some(sentence)
}

/// `uri-host [":" port]` of RFC 3986, which may be empty.
pub(super) fn is_host(text: &[u8]) -> bool {
    let (host_ok, rest) = match text.strip_prefix(b"[") {
        Some(inner) => {
            let end = inner.iter().position(|byte| *byte == b']');
            let (address, rest) = inner.split_at(end.unwrap_or(0));
            let is_address =
                |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'v');
            (
                !address.is_empty() && address.iter().all(is_address),
                rest.get(1..).unwrap_or_default(),
            )
        }
        None => {
            let end = text.iter().position(|byte| *byte == b':');
            let (name, rest) = text.split_at(end.unwrap_or(text.len()));
            (name.iter().all(is_name), rest)
        }
    };
    let port = rest.strip_prefix(b":");
    host_ok && (rest.is_empty() || port.is_some_and(|port| port.iter().all(u8::is_ascii_digit)))
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(byte)
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn hosts() {
        for host in [
            "",
            "x",
            "a.b-c:80",
            "a:",
            "[::1]:8080",
            "[::1]",
            "0.0.0.0=5000",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "a b", "a/b", "u@a", "a:b", "a:1:2", "[]", "[::1", "[::1]x", "a,b/", "\u{e9}",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
