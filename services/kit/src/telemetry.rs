//! The log of the process, on standard error, and its traces, to a collector.

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

pub use context::inject;
pub use settings::Service;
pub use variable::VariableError;

pub(crate) use level::Level;
pub(crate) use server_span::ServerSpan;

use std::io::IsTerminal;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt, FilterFn, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
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

/// The target of the spans of requests.
const HTTP: &str = "http";
/// The targets whose spans are traced: requests, and queries of the database. Others are those of libraries, the
/// exporter's own among them.
const TRACED: &[&str] = &[HTTP, "db"];

/// The exporting thread, there if and only if traces are on.
static THREAD: OnceLock<Thread> = OnceLock::new();
/// What is logged, there if and only if the log was started.
static LEVEL: OnceLock<Level> = OnceLock::new();
/// Where the lines of the log go.
static SINK: LazyLock<Sink> = LazyLock::new(Sink::default);

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

/// To be called by each worker of a runtime before it waits for work: its lines of the log are written then.
pub(crate) fn rest() {
    SINK.rest();
}

/// What is logged, if the log was started.
pub(crate) fn level() -> Option<&'static Level> {
    LEVEL.get()
}

/// Whether requests are traced.
fn is_traced() -> bool {
    THREAD.get().is_some()
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
            .with_ansi(std::io::stderr().is_terminal())
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
    Ok(tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("hbnb"))
        .with_context_activation(false)
        .with_tracked_inactivity(false)
        .with_location(false)
        .with_threads(false)
        .with_filter(FilterFn::new(is_traced_span).with_max_level_hint(LevelFilter::DEBUG))
        .boxed())
}

fn is_event(metadata: &Metadata<'_>) -> bool {
    metadata.is_event()
}

fn is_traced_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && TRACED.contains(&metadata.target())
}
