//! What every request goes through, in one service: a dozen nested ones would each clone and box the next for each
//! request.

use std::mem::take;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Version;
use axum::response::Response;
use axum::routing::Route;
use tower::Service;

use super::around::Answering;
use super::busy;
use super::deadline::{Limited, TimeLimits};
use super::record::{Record, Recorded};
use super::{RefusalPage, RequestId, draining, forwarded, security, strict};
use crate::admin::Health;
use crate::board::Board;
use crate::config::Networks;
use crate::limit::Limit;

/// What the requests of a listener are treated by.
pub(super) struct Stack {
    pub(super) trusted: Networks,
    pub(super) health: Health,
    pub(super) requests: Limit,
    /// Bytes of the bodies of requests.
    pub(super) bodies: Limit,
    pub(super) limits: TimeLimits,
    pub(super) refusal_page: Option<RefusalPage>,
    pub(super) board: Option<Board>,
    /// Whether requests are logged at debug only, and not counted.
    pub(super) quiet: bool,
}

impl Stack {
    /// The answer to a request that goes no further; one that does has its seat.
    fn refusal(&self, request: &Request, record: &mut Record) -> Option<Response> {
        if let Some(refusal) = strict::refusal(request, self.refusal_page) {
            return Some(refusal);
        }
        match self.requests.take() {
            Some(seat) => {
                record.keep(seat);
                None
            }
            None => Some(busy::too_many(request.uri().path(), self.refusal_page)),
        }
    }

    /// Has the route answer, with all that goes around it.
    pub(super) fn call(self: Arc<Stack>, inner: &mut Route, mut request: Request) -> Answering {
        forwarded::resolve(&mut request, &self.trusted);
        let id = RequestId::give(&mut request);
        let version = request.version();
        let mut record = Record::begin(&mut request, id.clone(), self.quiet, &self.bodies);
        if let Some(board) = &self.board {
            record.note_on(board);
        }
        let answer = match self.refusal(&request, &mut record) {
            Some(refusal) => Err(refusal),
            None => {
                let limited = Limited::begin(record.started(), self.limits, &mut request);
                let inside = record.span().enter();
                let answer = limited.answer(inner.call(request));
                drop(inside);
                Ok(record.span().cover(answer))
            }
        };
        Box::pin(async move {
            let mut response = match answer {
                Ok(answer) => match answer.await {
                    _ if record.is_cut() => busy::too_much(record.path(), self.refusal_page),
                    Ok(response) => response,
                    Err(late) => late.answer(record.path(), self.refusal_page, version),
                },
                Err(refusal) => refusal,
            };
            self.finish(version, &mut response);
            record.answered(&response);
            id.put(response.headers_mut());
            let body = take(response.body_mut());
            *response.body_mut() = Body::new(Recorded::new(body, record));
            Ok(response)
        })
    }

    fn finish(&self, version: Version, response: &mut Response) {
        security::put(response.headers_mut());
        if self.health.is_draining() {
            draining::tell(version, response.headers_mut());
        }
    }
}
