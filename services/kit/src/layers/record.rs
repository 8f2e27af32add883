//! What is noted of one request, and the body that notices its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;
use tracing::Level;
use tracing::field::display;

use super::RequestId;
use super::failure::Failure;
use super::received::Received;
use crate::board::{Board, Flight};
use crate::limit::{Limit, Taken};
use crate::metrics::{Series, method_label};
use crate::serve::Peer;
use crate::telemetry::{Answered, Asked, ServerSpan};

/// Longest path that is logged, in bytes.
const PATH_LIMIT: usize = 256;
/// The status noted when the client went away before there was one.
const CLIENT_GONE: u16 = 499;

/// One request; it is written down when this is dropped, so however the request ends, and once.
pub(super) struct Record {
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
    path: Box<str>,
    peer: Option<Peer>,
    id: RequestId,
    status: Option<StatusCode>,
    bytes: u64,
    length: Option<u64>,
    complete: bool,
    quiet: bool,
    failure: Option<Failure>,
    span: ServerSpan,
    series: Option<Arc<Series>>,
    received: Received,
    asked: Option<Asked>,
    /// Given back with the record.
    seat: Option<Taken>,
    flight: Option<Flight>,
}

impl Record {
    /// Takes up a request: one of the service, which is counted and traced, or a `quiet` one.
    /// The body of one that is not quiet takes of the room for bodies.
    pub(super) fn begin(
        request: &mut Request,
        id: RequestId,
        quiet: bool,
        bodies: &Limit,
    ) -> Box<Record> {
        let mut record = Box::new(Record::of(request, id, quiet));
        if !quiet {
            let route = record.route.as_ref().map(MatchedPath::as_str);
            record.span = ServerSpan::begin(request, record.method, route);
            record.series = Series::of(record.method, record.route());
            record.received = Received::of(request, bodies);
            record.asked = Asked::begin(request);
        }
        if let Some(series) = &record.series {
            series.begin();
        }
        record
    }

    fn of(request: &Request, id: RequestId, quiet: bool) -> Record {
        let path = request.uri().path();
        let extensions = request.extensions();
        Record {
            started: Instant::now(),
            method: method_label(request.method()),
            route: extensions.get::<MatchedPath>().cloned(),
            path: path[..path.floor_char_boundary(PATH_LIMIT)].into(),
            peer: extensions.get::<Peer>().cloned(),
            id,
            status: None,
            bytes: 0,
            length: None,
            complete: false,
            quiet,
            failure: None,
            span: ServerSpan::none(),
            series: None,
            received: Received::default(),
            asked: None,
            seat: None,
            flight: None,
        }
    }

    /// When the request came.
    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// The path, cut if it is long.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Keeps the request's seat until its end.
    pub(super) fn keep(&mut self, seat: Taken) {
        self.seat = Some(seat);
    }

    /// Whether the service was kept from reading the body to its end, for want of room.
    pub(super) fn is_cut(&self) -> bool {
        self.received.is_cut()
    }

    /// Tells the master of the request until its end.
    pub(super) fn note_on(&mut self, board: &Board) {
        self.flight = Some(board.note(self.method, &self.path, self.id.as_str()));
    }

    /// The span that the request is answered in.
    pub(super) fn span(&self) -> &ServerSpan {
        &self.span
    }

    /// The head of the answer is known. The server never reads the body of some answers, so those are complete here; of
    /// others it reads no further than the length.
    pub(super) fn answered(&mut self, response: &Response) {
        self.received.done();
        let status = response.status();
        let header = response
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        self.length = header.or_else(|| response.body().size_hint().exact());
        let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        self.status = Some(status);
        self.failure = response.extensions().get::<Failure>().cloned();
        self.complete =
            bodiless || self.method == Method::HEAD.as_str() || response.body().is_end_stream();
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("unmatched", MatchedPath::as_str)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let duration = self.started.elapsed();
        let unanswered = if std::thread::panicking() {
            500
        } else {
            CLIENT_GONE
        };
        let status = self.status.map_or(unanswered, |status| status.as_u16());
        self.span.end(
            self.status
                .map(|_| status)
                .or((unanswered == 500).then_some(500)),
        );
        let route = self.route();
        if let Some(series) = &self.series {
            series.end(status, duration, self.received.bytes(), self.bytes);
        }
        if let Some(asked) = &self.asked {
            asked.log(&Answered {
                peer: self.peer.as_ref(),
                status,
                bytes: self.bytes,
            });
            // There is no room in it for why a request failed.
            if self.failure.is_none() {
                return;
            }
        }
        let peer = self.peer.as_ref().map(display);
        let request_id = self.id.as_str();
        let duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
        let ids = self.span.ids();
        let trace_id = ids.as_ref().map(|ids| display(ids.trace_id()));
        let span_id = ids.as_ref().map(|ids| display(ids.span_id()));
        let aborted = (!self.complete).then_some(true);
        let (method, path, bytes) = (self.method, &*self.path, self.bytes);
        let error = self.failure.as_ref().map(|failure| &*failure.cause);
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(target: "http", method, route, path, status, duration_ms, bytes, peer, request_id, trace_id, span_id, aborted, error)
            };
        }
        match &self.failure {
            Some(failure) if failure.level == Level::ERROR => line!(error),
            Some(_) => line!(warn),
            None if self.quiet => line!(debug),
            None => line!(info),
        }
    }
}

/// The body of an answer, with the record that ends with it.
pub(super) struct Recorded {
    body: Body,
    record: Option<Box<Record>>,
}

impl Recorded {
    pub(super) fn new(body: Body, record: Box<Record>) -> Recorded {
        let record = (!record.complete).then_some(record);
        Recorded { body, record }
    }
}

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let inside = this.record.as_ref().map(|record| record.span.enter());
        let next = ready!(Pin::new(&mut this.body).poll_frame(cx));
        drop(inside);
        let over = this.body.is_end_stream();
        let Some(record) = &mut this.record else {
            return Poll::Ready(next);
        };
        let ended = match &next {
            Some(Ok(frame)) => {
                record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                record.complete = over || record.length == Some(record.bytes);
                record.complete
            }
            Some(Err(error)) => {
                record.failure = Some(Failure::error(error));
                true
            }
            None => {
                record.complete = true;
                true
            }
        };
        if ended {
            this.record = None;
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
