//! The answer with a file, as the request's conditions and range ask for it (RFC 9110, 13.2.2).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch, IfRange};

use crate::coding::Coding;
use crate::page::page;
use crate::range::{Wanted, wanted};

/// How many headers an answer has at most, those of the layers around included.
const HEADERS: usize = 14;

/// A content in one of its forms.
pub(crate) struct Representation {
    bytes: Bytes,
    coding: Coding,
    etag: HeaderValue,
    length: HeaderValue,
}

/// How long a copy may be used without asking again.
#[derive(Clone, Copy)]
pub(crate) enum Life {
    /// The name says which content is meant.
    Forever,
    /// A release may change what is under the name.
    Short,
    /// Somebody works on it just now.
    Checked,
}

/// A file that was asked for, in the form that fits.
pub(crate) struct Found<'a> {
    pub(crate) kind: &'static str,
    pub(crate) life: Life,
    /// Whether there are other forms.
    pub(crate) varies: bool,
    pub(crate) representation: &'a Representation,
}

/// Answers GET or HEAD; of HEAD somebody else drops the body.
pub(crate) fn answer(request: &Parts, found: &Found<'_>) -> Response {
    let Representation {
        bytes,
        etag,
        length,
        ..
    } = found.representation;
    if let Some(unmet) = unmet(&request.headers, etag) {
        return match unmet {
            StatusCode::NOT_MODIFIED => found.not_modified(),
            unmet => page(unmet),
        };
    }
    // A range of HEAD means nothing.
    let wanted = match range(&request.headers, etag).filter(|_| request.method == Method::GET) {
        Some(value) => wanted(value, bytes.len()),
        None => Wanted::Whole,
    };
    match wanted {
        Wanted::Whole => found.content(StatusCode::OK, bytes.clone(), length.clone()),
        Wanted::Part(part) => found.part(part),
        Wanted::Beyond => {
            let mut response = page(StatusCode::RANGE_NOT_SATISFIABLE);
            content_range(&mut response, format!("bytes */{}", bytes.len()));
            response
        }
    }
}

impl Representation {
    /// Its strong `ETag` is a hash of the very bytes: those of a packed form change with the packer, too.
    pub(crate) fn new(bytes: Bytes, coding: Coding) -> Representation {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Representation {
            etag: visible(format!("\"{:016x}\"", hasher.finish())),
            length: bytes.len().into(),
            bytes,
            coding,
        }
    }
}

impl Life {
    fn cache_control(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Life::Forever => "public, max-age=31536000, immutable",
            Life::Short => "public, max-age=60",
            Life::Checked => "no-cache",
        })
    }
}

impl Found<'_> {
    fn content(&self, status: StatusCode, bytes: Bytes, length: HeaderValue) -> Response {
        let mut response = self.head(status, Body::from(bytes), length);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if self.representation.coding != Coding::Identity {
            let coding = HeaderValue::from_static(self.representation.coding.token());
            headers.insert(header::CONTENT_ENCODING, coding);
        }
        response
    }

    fn part(&self, part: Range<usize>) -> Response {
        let whole = self.representation.bytes.len();
        let said = format!("bytes {}-{}/{whole}", part.start, part.end - 1);
        let bytes = self.representation.bytes.slice(part);
        let length = bytes.len().into();
        let mut response = self.content(StatusCode::PARTIAL_CONTENT, bytes, length);
        content_range(&mut response, said);
        response
    }

    fn not_modified(&self) -> Response {
        let length = self.representation.length.clone();
        self.head(StatusCode::NOT_MODIFIED, Body::empty(), length)
    }

    /// What is said with a content and without.
    fn head(&self, status: StatusCode, body: Body, length: HeaderValue) -> Response {
        let mut headers = HeaderMap::with_capacity(HEADERS);
        headers.insert(header::ETAG, self.representation.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.life.cache_control());
        headers.insert(header::CONTENT_LENGTH, length);
        if self.varies {
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        let mut response = (status, body).into_response();
        *response.headers_mut() = headers;
        response
    }
}

/// The status for a condition that does not hold.
fn unmet(headers: &HeaderMap, etag: &HeaderValue) -> Option<StatusCode> {
    let holds =
        |condition: &IfMatch| tag(etag).is_some_and(|tag| condition.precondition_passes(&tag));
    if headers
        .typed_get()
        .is_some_and(|condition| !holds(&condition))
    {
        return Some(StatusCode::PRECONDITION_FAILED);
    }
    let differs =
        |condition: &IfNoneMatch| tag(etag).is_none_or(|tag| condition.precondition_passes(&tag));
    let is_known = headers
        .typed_get()
        .is_some_and(|condition| !differs(&condition));
    is_known.then_some(StatusCode::NOT_MODIFIED)
}

/// The value of `Range`, unless the client has a part of another content.
fn range<'a>(headers: &'a HeaderMap, etag: &HeaderValue) -> Option<&'a str> {
    let value = headers.get(header::RANGE)?.to_str().ok()?;
    let is_other = match headers.typed_try_get::<IfRange>() {
        Ok(None) => false,
        Ok(Some(condition)) => condition.is_modified(tag(etag).as_ref(), None),
        Err(_) => true,
    };
    (!is_other).then_some(value)
}

fn tag(etag: &HeaderValue) -> Option<ETag> {
    etag.to_str().ok()?.parse().ok()
}

fn content_range(response: &mut Response, text: String) {
    const NAME: HeaderName = header::CONTENT_RANGE;
    response.headers_mut().insert(NAME, visible(text));
}

#[expect(clippy::expect_used, reason = "it is made of visible characters alone")]
fn visible(text: String) -> HeaderValue {
    text.try_into().expect("visible characters")
}
