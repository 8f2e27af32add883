//! One connection.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::{Answer, Ask};
use crate::load::cause::{Cause, Failed};

type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// A connection, moved on by whoever waits for an answer on it: a task of its own would cost two changes of task for each.
pub(super) struct Wire {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    connection: Option<Connection<TokioIo<Stream>, Full<Bytes>>>,
}

/// Why there is no answer.
pub(super) enum Lost {
    /// The connection had ended before anything of the request was written.
    Unsent(Box<Ask>),
    Sent(Failed),
}

impl Wire {
    pub(super) async fn new(stream: Stream) -> Result<Wire, Failed> {
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Failed::new(Cause::Connect, error))?;
        Ok(Wire {
            sender,
            connection: Some(connection),
        })
    }

    pub(super) async fn exchange(&mut self, ask: Ask) -> Result<Answer, Lost> {
        let Wire { sender, connection } = self;
        drive(connection, answer(sender, ask)).await
    }

    /// Whether it can be used again, as far as can be seen now.
    pub(super) async fn is_open(&mut self) -> bool {
        let Wire { sender, connection } = self;
        drive(connection, async { sender.ready().await.is_ok() }).await
    }
}

async fn answer(sender: &mut SendRequest<Full<Bytes>>, ask: Ask) -> Result<Answer, Lost> {
    if sender.ready().await.is_err() {
        return Err(Lost::Unsent(Box::new(ask)));
    }
    let response = match sender.try_send_request(ask).await {
        Ok(response) => response,
        Err(mut error) => {
            return Err(match error.take_message() {
                Some(ask) => Lost::Unsent(Box::new(ask)),
                None => Lost::Sent(broken(&error.into_error(), Cause::Reset)),
            });
        }
    };
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| Lost::Sent(broken(&error, Cause::Truncated)))?;
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.to_bytes(),
    })
}

fn broken(error: &hyper::Error, cause: Cause) -> Failed {
    let cause = if error.is_parse() {
        Cause::Content
    } else {
        cause
    };
    let why = std::error::Error::source(error);
    match why {
        Some(why) => Failed::new(cause, format_args!("{error}: {why}")),
        None => Failed::new(cause, error),
    }
}

/// Moves the connection on until the work is done, or waits for nothing more once the connection has ended.
async fn drive<T, C>(connection: &mut Option<C>, work: impl Future<Output = T>) -> T
where
    C: Future + Unpin,
{
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        if let Some(open) = connection
            && Pin::new(open).poll(cx).is_ready()
        {
            *connection = None;
        }
        // What has just come, or will not come any more.
        work.as_mut().poll(cx)
    })
    .await
}
