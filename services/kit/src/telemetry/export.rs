//! The thread that exports spans. It has a runtime of its own: the program's may be busy, or gone already when the last
//! spans leave.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::trace::{SpanData, SpanExporter as Exports};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::counts::Reason;
use super::endpoint::{Endpoint, Protocol};
use super::queue::Queue;
use super::settings::Settings;

/// How much longer than asked the end may take, for a thread that has to be woken.
const SLACK: Duration = Duration::from_millis(250);

/// The exporting thread, to be ended.
pub(super) struct Thread {
    queue: Arc<Queue>,
    stop: watch::Sender<Option<Instant>>,
    /// Nothing is sent; it is disconnected when the thread ends.
    ended: Mutex<mpsc::Receiver<()>>,
}

impl Thread {
    /// Starts to export what is in the queue. An error says what of the settings the exporter does not take.
    pub(super) fn start(settings: &Settings, queue: Arc<Queue>) -> anyhow::Result<Thread> {
        let (stop, stopped) = watch::channel(None);
        let (end, ended) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let (endpoint, resource) = (settings.endpoint.clone(), settings.resource.clone());
        let (work, batches) = (queue.clone(), settings.batches);
        let run = move || {
            let _end = end;
            let built = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(anyhow::Error::from)
                .and_then(|runtime| {
                    // A channel of gRPC is made inside the runtime that drives it.
                    let _inside = runtime.enter();
                    let mut exporter = exporter(&endpoint)?;
                    exporter.set_resource(&resource);
                    Ok((runtime, exporter))
                });
            match built {
                Ok((runtime, exporter)) => {
                    let _ = tell.send(Ok(()));
                    let mut worker = Worker {
                        queue: work,
                        exporter,
                        stopped,
                        delay: batches.delay,
                        limit: batches.timeout,
                        failing: false,
                    };
                    runtime.block_on(worker.run());
                    runtime.shutdown_background();
                }
                Err(error) => {
                    let _ = tell.send(Err(error));
                }
            }
        };
        thread::Builder::new()
            .name("traces".to_owned())
            .spawn(run)?;
        told.recv()??;
        Ok(Thread {
            queue,
            stop,
            ended: Mutex::new(ended),
        })
    }

    /// Exports what waits, and waits for it at most this long. What is left then is dropped.
    pub(super) fn end(&self, within: Duration) {
        self.stop.send_replace(Some(Instant::now() + within));
        self.queue.close();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(within + SLACK);
    }
}

fn exporter(endpoint: &Endpoint) -> anyhow::Result<SpanExporter> {
    let built = match endpoint.protocol {
        Protocol::Http => {
            let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                Some((name.to_string(), value.to_str().ok()?.to_owned()))
            };
            SpanExporter::builder()
                .with_http()
                .with_headers(endpoint.headers.iter().filter_map(text).collect())
                .with_endpoint(&endpoint.url)
                .with_timeout(endpoint.timeout)
                .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
                .build()
        }
        Protocol::Grpc => SpanExporter::builder()
            .with_tonic()
            .with_metadata(MetadataMap::from_headers(endpoint.headers.clone()))
            .with_endpoint(&endpoint.url)
            .with_timeout(endpoint.timeout)
            .build(),
    };
    built.map_err(|error| anyhow::anyhow!("the exporter of traces cannot be set up: {error}"))
}

struct Worker<E> {
    queue: Arc<Queue>,
    exporter: E,
    /// Until when the last spans may leave, once the end has come.
    stopped: watch::Receiver<Option<Instant>>,
    delay: Duration,
    limit: Duration,
    failing: bool,
}

impl<E: Exports> Worker<E> {
    async fn run(&mut self) {
        while let Some(batch) = self.queue.next(self.delay).await {
            self.export(batch).await;
        }
    }

    async fn export(&mut self, batch: Vec<SpanData>) {
        let counts = &self.queue.counts;
        let count = batch.len();
        let sent = tokio::select! {
            biased;
            () = too_late(&mut self.stopped) => Err(None),
            sent = timeout(self.limit, self.exporter.export(batch)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(Some(error.to_string())),
                Err(_) => Err(Some(format!("no answer within {} ms", self.limit.as_millis()))),
            }
        };
        let done = match &sent {
            Ok(()) => counts.exported.clone(),
            Err(Some(_)) => counts.dropped(Reason::ExportFailed),
            Err(None) => counts.dropped(Reason::Shutdown),
        };
        done.inc_by(count as u64);
        counts.queued.sub(i64::try_from(count).unwrap_or(i64::MAX));
        self.note(sent.err().flatten());
    }

    /// Says it once when the collector goes and once when it is back.
    fn note(&mut self, error: Option<String>) {
        match error {
            Some(error) if !self.failing => {
                tracing::warn!(error, "traces cannot be exported: spans are dropped");
                self.failing = true;
            }
            None if self.failing => {
                tracing::info!("traces are exported again");
                self.failing = false;
            }
            _ => {}
        }
    }
}

async fn too_late(stopped: &mut watch::Receiver<Option<Instant>>) {
    let until = stopped.wait_for(Option::is_some).await.map(|until| *until);
    match until {
        Ok(Some(until)) => sleep_until(until).await,
        // Whoever could stop is gone.
        _ => std::future::pending().await,
    }
}
