//! What came back. Every answer is held to the house's rules, whatever the story looks at.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use bytes::Bytes;
use domain::Timestamp;
use http_body_util::BodyExt;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) async fn read(method: &Method, response: Response<Body>) -> Reply {
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let reply = Reply {
            status: head.status,
            headers: head.headers,
            body,
        };
        if *method != Method::HEAD && *method != Method::OPTIONS {
            reply.check();
        }
        reply
    }

    /// JSON in ASCII on one line that ends; a failure is an object with one text, `error`.
    fn check(&self) {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let line = self.text().strip_suffix('\n').expect("a line that ends");
        assert!(!line.contains('\n') && line.is_ascii(), "{line}");
        if self.status.as_u16() >= 400 {
            let members = self.json().as_object().unwrap().clone();
            assert_eq!(members.len(), 1, "{line}");
            assert!(members["error"].is_string(), "{line}");
        }
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts the status and the error's sentence.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, error: &str) {
        assert_eq!(self.is(status).json()["error"], error);
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The list in the body.
    pub(crate) fn list(&self) -> Vec<Value> {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The header's value, empty when it is not there; never twice.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} twice");
        value
    }

    pub(crate) fn length(&self) -> Option<usize> {
        let value = self.headers.get(header::CONTENT_LENGTH)?;
        Some(value.to_str().unwrap().parse().unwrap())
    }
}

/// The time in a member, which must have the one form.
pub(crate) fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// The ids of these objects, as they come.
pub(crate) fn ids(objects: &[Value]) -> Vec<String> {
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();
    objects.iter().map(id).collect()
}
