//! Where ended spans wait to be exported. Whoever ends a span never waits: when the queue is full, the span is dropped.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::sync::Notify;

use super::counts::{Counts, Reason};

/// The spans that wait.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    wake: Notify,
    limit: usize,
    batch: usize,
    pub(super) counts: Counts,
}

#[derive(Default)]
struct Waiting {
    spans: VecDeque<SpanData>,
    closed: bool,
}

impl Queue {
    /// Lets up to `limit` spans wait, and leave in batches of up to `batch`.
    pub(super) fn new(limit: usize, batch: usize, counts: Counts) -> Queue {
        Queue {
            waiting: Mutex::default(),
            wake: Notify::new(),
            limit,
            batch,
            counts,
        }
    }

    fn put(&self, span: SpanData) {
        self.counts.ended.inc();
        let refused = {
            let mut waiting = self.waiting();
            if waiting.closed {
                Some(Reason::Shutdown)
            } else if waiting.spans.len() >= self.limit {
                Some(Reason::QueueFull)
            } else {
                waiting.spans.push_back(span);
                self.counts.queued.inc();
                // Only these lengths change what the exporter does; a wake for every span would cost each request one.
                if waiting.spans.len() == 1 || waiting.spans.len() == self.batch {
                    self.wake.notify_one();
                }
                None
            }
        };
        if let Some(reason) = refused {
            self.counts.dropped(reason).inc();
        }
    }

    /// Takes nothing more in.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.wake.notify_one();
    }

    /// The next batch: as soon as it is full, or `delay` after its first span was seen. `None` when the queue is closed
    /// and empty.
    pub(super) async fn next(&self, delay: Duration) -> Option<Vec<SpanData>> {
        self.any().await?;
        // An error says that the time has passed.
        let _ = tokio::time::timeout(delay, self.full()).await;
        let mut waiting = self.waiting();
        let count = waiting.spans.len().min(self.batch);
        Some(waiting.spans.drain(..count).collect())
    }

    async fn any(&self) -> Option<()> {
        loop {
            let (length, closed) = self.state();
            match (length, closed) {
                (1.., _) => return Some(()),
                (0, true) => return None,
                (0, false) => self.wake.notified().await,
            }
        }
    }

    async fn full(&self) {
        loop {
            let (length, closed) = self.state();
            if closed || length >= self.batch {
                return;
            }
            self.wake.notified().await;
        }
    }

    fn state(&self) -> (usize, bool) {
        let waiting = self.waiting();
        (waiting.spans.len(), waiting.closed)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the queue that the tracer sees.
pub(super) struct Entrance(pub(super) Arc<Queue>);

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entrance")
    }
}

impl SpanProcessor for Entrance {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.put(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.0.close();
        Ok(())
    }
}
