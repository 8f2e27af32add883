//! Asks the router without a socket.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use bytes::Bytes;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What browsers send.
pub(crate) const BROWSER: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts the status and its page.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, reason: &str) -> Reply {
        let reply = self.is(status);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        let title = format!("<title>{status} {reason}</title>");
        assert!(reply.text().contains(&title), "{reply:?}");
        reply
    }

    /// The header's value, empty when it is not there; never twice.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} twice");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// The files as they stand on disk.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static")
}

pub(crate) fn embedded() -> Router {
    assets::router(None)
}

/// GET with these headers, from the files in the program.
pub(crate) async fn get(path: &str, headers: &[(&str, &str)]) -> Reply {
    ask(&embedded(), "GET", path, headers).await
}

pub(crate) async fn ask(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let reply = Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    };
    let length = reply.header("content-length");
    if method != "HEAD" && reply.status != 304 {
        assert_eq!(length, reply.body.len().to_string(), "{reply:?}");
    }
    reply
}
