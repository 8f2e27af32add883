//! The log of the process, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFilter, LogFormat};

/// Starts logging to standard error, with times in UTC: text (coloured on a terminal), or one flat JSON object a line.
/// A second call changes nothing.
pub fn start(filter: &LogFilter, format: LogFormat) {
    let subscriber = tracing_subscriber::registry()
        .with(filter.filter())
        .with(lines(format));
    // It fails only where a subscriber is in place already, as in tests of a whole program.
    let _ = subscriber.try_init();
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    }
}
