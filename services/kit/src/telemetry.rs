//! The log of the process, on standard error or in files, and its traces, to a collector.

mod client_span;
mod combined;
mod context;
mod counts;
mod endpoint;
mod export;
mod json;
mod level;
mod log;
mod output;
mod panics;
mod queue;
mod sampler;
mod server_span;
mod settings;
mod sink;
mod variable;

pub use client_span::ClientSpan;
pub use context::inject;
pub use log::{Log, reopen, tell, unnamed, write};
pub use server_span::Covered;
pub use settings::Service;
pub use variable::VariableError;

pub(crate) use combined::{Answered, Asked};
pub(crate) use level::Level;
pub(crate) use log::{open, rest, write_in_time};
pub(crate) use server_span::ServerSpan;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::Metadata;
use tracing::subscriber::Interest;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{DynFilterFn, LevelFilter};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Env, LogFilter, LogFormat};
use crate::metrics;
use counts::Counts;
use export::Thread;
use log::Lines;
use queue::{Entrance, Queue};
use settings::Settings;

/// The target of the spans that are traced besides those of requests: queries of the database. Others are those of
/// libraries, the exporter's own among them.
const TRACED: &str = "db";

/// The exporting thread, there if and only if traces are on.
static THREAD: OnceLock<Thread> = OnceLock::new();
/// What makes the spans of requests, there if and only if traces are on.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
/// What is logged, there if and only if the log was started.
static LEVEL: OnceLock<Level> = OnceLock::new();

/// Starts logging, with times in UTC: text (coloured on a terminal), or one flat JSON object a line. A second call changes
/// nothing.
pub fn start(filter: &LogFilter, format: LogFormat) {
    init(log::layers(filter, format));
}

/// The same, and starts to trace requests and queries if the `OTEL_*` variables name a collector.
pub fn start_traced(
    filter: &LogFilter,
    format: LogFormat,
    env: &Env,
    service: Service,
) -> anyhow::Result<()> {
    let mut layers = log::layers(filter, format);
    if let Some(settings) = Settings::read(env, service)? {
        layers.push(spans(settings)?);
    }
    init(layers);
    Ok(())
}

/// Says what is wrong with the `OTEL_*` variables, if anything is.
pub fn check(env: &Env, service: Service) -> anyhow::Result<()> {
    Settings::read(env, service)?;
    Ok(())
}

/// Exports the spans that wait, for at most this long, and writes the lines that do. Spans that end later are dropped.
pub fn end(within: Duration) {
    if let Some(thread) = THREAD.get() {
        thread.end(within);
    }
    log::end();
}

/// Makes another filter the usual one, if the log was started.
pub fn change_usual(filter: LogFilter) {
    if let Some(level) = level() {
        level.change_usual(filter);
    }
}

/// What is logged, if the log was started.
pub(crate) fn level() -> Option<&'static Level> {
    LEVEL.get()
}

/// What makes the spans of requests, if they are traced.
fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

fn init(layers: Vec<Lines>) {
    // It fails only where a subscriber is in place already, as in tests of a whole program.
    if tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .is_ok()
    {
        panics::log();
    }
}

fn spans(settings: Settings) -> anyhow::Result<Lines> {
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

fn is_traced_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == TRACED
}
