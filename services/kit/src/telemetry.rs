//! The log of the process, on standard error, and its traces, to a collector.

mod client_span;
mod context;
mod counts;
mod endpoint;
mod export;
mod json;
mod level;
mod panics;
mod queue;
mod sampler;
mod server_span;
mod settings;
mod sink;
mod variable;

pub use client_span::ClientSpan;
pub use context::inject;
pub use server_span::Covered;
pub use settings::Service;
pub use variable::VariableError;

pub(crate) use level::Level;
pub(crate) use server_span::ServerSpan;

use std::io::{IsTerminal, stderr};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::Metadata;
use tracing::subscriber::Interest;
use tracing_subscriber::filter::{DynFilterFn, FilterExt, FilterFn, LevelFilter};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};

use crate::config::{Env, LogFilter, LogFormat};
use crate::metrics;
use counts::Counts;
use export::Thread;
use json::Json;
use queue::{Entrance, Queue};
use settings::Settings;
use sink::Sink;

/// The target of the spans that are traced besides those of requests: queries of the database. Others are those of
/// libraries, the exporter's own among them.
const TRACED: &str = "db";

/// The exporting thread, there if and only if traces are on.
static THREAD: OnceLock<Thread> = OnceLock::new();
/// What makes the spans of requests, there if and only if traces are on.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
/// What is logged, there if and only if the log was started.
static LEVEL: OnceLock<Level> = OnceLock::new();
/// Where the lines of the log go.
static SINK: LazyLock<Sink> = LazyLock::new(|| Sink::new(stderr()));

type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// Starts logging to standard error, with times in UTC: text (coloured on a terminal), or one flat JSON object a line.
/// A second call changes nothing.
pub fn start(filter: &LogFilter, format: LogFormat) {
    init(vec![lines(filter, format)]);
}

/// The same, and starts to trace requests and queries if the `OTEL_*` variables name a collector.
pub fn start_traced(
    filter: &LogFilter,
    format: LogFormat,
    env: &Env,
    service: Service,
) -> anyhow::Result<()> {
    let mut layers = vec![lines(filter, format)];
    if let Some(settings) = Settings::read(env, service)? {
        layers.push(spans(settings)?);
    }
    init(layers);
    Ok(())
}

/// Exports the spans that wait, for at most this long, and writes the lines that do. Spans that end later are dropped.
pub fn end(within: Duration) {
    if let Some(thread) = THREAD.get() {
        thread.end(within);
    }
    SINK.flush();
}

/// Writes whole lines of another process among those of this one.
pub fn write(lines: &[u8]) {
    SINK.write(lines);
}

/// To be called by each worker of a runtime before it waits for work: its lines of the log are written then.
pub(crate) fn rest() {
    SINK.rest();
}

/// Writes in time the lines of workers that do not rest, for as long as it is polled, which must not be by one of them.
pub(crate) async fn write_in_time() {
    SINK.flush_in_time().await;
}

/// What is logged, if the log was started.
pub(crate) fn level() -> Option<&'static Level> {
    LEVEL.get()
}

/// What makes the spans of requests, if they are traced.
fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

fn init(layers: Layers) {
    // It fails only where a subscriber is in place already, as in tests of a whole program.
    if tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .is_ok()
    {
        panics::log();
    }
}

fn lines(usual: &LogFilter, format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    // What is traced is no matter of the log, nor the other way round.
    let events = FilterFn::new(is_event);
    let (filter, handle) = reload::Layer::new(usual.filter());
    let _ = LEVEL.set(Level::new(handle, usual.clone()));
    let filter = filter.and(events.with_max_level_hint(LevelFilter::TRACE));
    match format {
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_writer(&*SINK)
            .with_ansi(stderr().is_terminal())
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => Json(&SINK).with_filter(filter).boxed(),
    }
}

fn spans(settings: Settings) -> anyhow::Result<Box<dyn Layer<Registry> + Send + Sync>> {
    let counts = Counts::new()?;
    counts.register(metrics::registry())?;
    let batches = settings.batches;
    let queue = Arc::new(Queue::new(batches.queue, batches.size, counts));
    let thread = Thread::start(&settings, queue.clone())?;
    let _ = THREAD.set(thread);
    let provider = SdkTracerProvider::builder()
        .with_sampler(settings.sampler)
        .with_resource(settings.resource)
        .with_span_processor(Entrance(queue))
        .build();
    let tracer = provider.tracer("hbnb");
    let _ = TRACER.set(tracer.clone());
    Ok(tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_context_activation(false)
        .with_tracked_inactivity(false)
        .with_location(false)
        .with_threads(false)
        .with_filter(sampled())
        .boxed())
}

/// Lets queries through that belong to a sampled request. Those of no request, such as the watch's pings, have no trace.
fn sampled<S>() -> impl Filter<S> {
    DynFilterFn::new(|metadata, _| {
        is_traced_span(metadata)
            && Context::map_current(|now| now.span().span_context().is_sampled())
    })
    .with_callsite_filter(|metadata| match is_traced_span(metadata) {
        true => Interest::sometimes(),
        false => Interest::never(),
    })
    .with_max_level_hint(LevelFilter::DEBUG)
}

fn is_event(metadata: &Metadata<'_>) -> bool {
    metadata.is_event()
}

fn is_traced_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == TRACED
}
