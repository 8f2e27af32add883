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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::{Counts, Entrance, Queue, Reason};

    const LONG: Duration = Duration::from_secs(600);

    fn queue(limit: usize, batch: usize) -> (Arc<Queue>, impl Fn(usize)) {
        let queue = Arc::new(Queue::new(limit, batch, Counts::new().unwrap()));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(Entrance(queue.clone()))
            .build();
        let tracer = provider.tracer("test");
        let end = move |spans| {
            for _ in 0..spans {
                drop(tracer.start("span"));
            }
            let _ = &provider;
        };
        (queue, end)
    }

    async fn length(queue: &Queue, delay: Duration) -> Option<usize> {
        queue.next(delay).await.map(|batch| batch.len())
    }

    #[tokio::test]
    async fn full_batches_wait_for_nothing() {
        let (queue, end) = queue(10, 3);
        end(7);
        assert_eq!(length(&queue, LONG).await, Some(3));
        assert_eq!(length(&queue, LONG).await, Some(3));
        assert_eq!(length(&queue, Duration::from_millis(1)).await, Some(1));
    }

    #[tokio::test]
    async fn batch_that_fills_up_wakes() {
        let (queue, end) = queue(10, 3);
        let waiter = tokio::spawn({
            let queue = queue.clone();
            async move { length(&queue, LONG).await }
        });
        for _ in 0..3 {
            tokio::task::yield_now().await;
            end(1);
        }
        assert_eq!(waiter.await.unwrap(), Some(3));
    }

    #[tokio::test]
    async fn too_many_are_dropped() {
        let (queue, end) = queue(4, 2);
        end(9);
        assert_eq!(queue.counts.ended.get(), 9);
        assert_eq!(queue.counts.queued.get(), 4);
        assert_eq!(queue.counts.dropped(Reason::QueueFull).get(), 5);
    }

    #[tokio::test]
    async fn closed_queue_gives_what_it_has() {
        let (queue, end) = queue(10, 4);
        end(5);
        queue.close();
        end(2);
        assert_eq!(length(&queue, LONG).await, Some(4));
        assert_eq!(length(&queue, LONG).await, Some(1));
        assert_eq!(length(&queue, LONG).await, None);
        assert_eq!(queue.counts.dropped(Reason::Shutdown).get(), 2);
    }
}
