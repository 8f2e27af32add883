//! The body of a request as the service reads it, and what becomes of one that the service does not read.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::HttpBody;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, Version, header};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::clock::{Answering, Clock, Late};
use super::timed::Stall;

/// How much of a body that nobody wants is read, so that the connection can go on.
const UNWANTED_LIMIT: u64 = 64 * 1024;
/// How long that may take.
const UNWANTED_TIME: Duration = Duration::from_secs(5);
/// How long a larger one is read after the answer.
const LEAVE_TIME: Duration = Duration::from_secs(1);
/// Fields that say how to route, frame, admit or decode a message; they come too late in a trailer (RFC 9110, 6.5.1).
const NEVER_TRAILERS: [HeaderName; 7] = [
    header::AUTHORIZATION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::HOST,
    header::TRAILER,
    header::TRANSFER_ENCODING,
];

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request. What is left when this is dropped is read beside the answer, within limits.
pub(super) struct Asked {
    body: Option<Incoming>,
    /// Whether the next request of the connection waits behind this body.
    blocks: bool,
    /// Whether the client waits for leave to send it, which the first look gives.
    waits: bool,
    stall: Stall,
    clock: Clock,
    /// What is left is still part of the request, for the clocks.
    answering: Option<Answering>,
}

impl Asked {
    pub(super) fn wrap(request: Request<Incoming>, clock: &Clock) -> Request<Asked> {
        // On HTTP/2 nobody waits.
        let blocks = request.version() < Version::HTTP_2;
        let waits = request.headers().contains_key(header::EXPECT);
        let limit = clock.clocks().body;
        request.map(|body| Asked {
            body: Some(body),
            blocks,
            waits,
            stall: Stall::new(limit),
            clock: clock.clone(),
            answering: Some(clock.answering()),
        })
    }

    /// What is left, if somebody waits for it to be read. Who still waits for leave does not send it once there is an answer.
    fn unwanted(&mut self) -> Option<Incoming> {
        let body = self.body.take()?;
        (self.blocks && !self.waits && !body.is_end_stream()).then_some(body)
    }
}

impl HttpBody for Asked {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        this.waits = false;
        let polled = Pin::new(body).poll_frame(cx);
        let Some(frame) = ready!(this.stall.watch(cx, polled)) else {
            this.body = None;
            this.clock.end(Late::Body);
            return Poll::Ready(Some(
                Err("the client took too long to send the body".into()),
            ));
        };
        if !matches!(&frame, Some(Ok(_))) {
            this.body = None;
        }
        Poll::Ready(frame.map(|frame| checked(frame?)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let none = || SizeHint::with_exact(0);
        self.body.as_ref().map_or_else(none, HttpBody::size_hint)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let (Some(body), Ok(runtime)) = (self.unwanted(), Handle::try_current()) {
            let answering = self.answering.take();
            runtime.spawn(async move {
                read_on(body).await;
                drop(answering);
            });
        }
    }
}

fn checked(frame: Frame<Bytes>) -> Result<Frame<Bytes>, Error> {
    let forbidden = |trailers: &HeaderMap| {
        NEVER_TRAILERS
            .iter()
            .any(|name| trailers.contains_key(name))
    };
    if frame.trailers_ref().is_some_and(forbidden) {
        return Err("a field of the trailer belongs into the head".into());
    }
    Ok(frame)
}

/// Reads a small body to its end, so that the connection can go on. A large one is read for a moment only: to close at
/// once would reset the connection, and take the answer away from a client that is still sending.
async fn read_on(mut body: Incoming) {
    let small = body.size_hint().lower() <= UNWANTED_LIMIT;
    if small
        && matches!(
            timeout(UNWANTED_TIME, read(&mut body)).await,
            Ok(End::Whole) | Err(_)
        )
    {
        return;
    }
    let _ = timeout(LEAVE_TIME, async {
        while let Some(Ok(_)) = body.frame().await {}
    })
    .await;
}

#[derive(PartialEq, Eq)]
enum End {
    Whole,
    TooLarge,
}

async fn read(body: &mut Incoming) -> End {
    let mut left = UNWANTED_LIMIT;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return End::TooLarge,
        }
    }
    End::Whole
}
