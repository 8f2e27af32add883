//! W3C Trace Context: which trace a request belongs to.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The context that `traceparent` and `tracestate` name; `None` without a usable `traceparent`.
pub(super) fn extract(headers: &HeaderMap) -> Option<Context> {
    // Only one may be there, and two of them name two parents.
    if headers.get_all("traceparent").iter().count() != 1 {
        return None;
    }
    let context =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Fields(headers));
    opentelemetry::trace::TraceContextExt::has_active_span(&context).then_some(context)
}

/// Puts `traceparent` and `tracestate` of the current span into the head of a request that is about to be sent. Without a
/// traced span they stay as they are.
pub fn inject(headers: &mut HeaderMap) {
    let context = Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut FieldsMut(headers));
}

struct Fields<'a>(&'a HeaderMap);

impl Extractor for Fields<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct FieldsMut<'a>(&'a mut HeaderMap);

impl Injector for FieldsMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (key.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
