//! The span of a request that is sent, by OpenTelemetry's conventions for HTTP clients.

use http::{Method, Uri};
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};

use super::server_span::{Covered, TEXT_LIMIT};
use super::tracer;

/// The span of one request that is sent; nothing where traces are off. It ends when it is dropped.
pub struct ClientSpan(Option<Context>);

impl ClientSpan {
    /// Begins the span of a request, below that of the request that is being answered. `template` is the path without
    /// its ids; `resends` is how many times the same has been sent before, each in a span of its own.
    pub fn begin(method: &Method, template: &str, url: &Uri, resends: u32) -> ClientSpan {
        let parent = Context::current();
        // What is asked for no request, such as whether the other side is there, has no trace.
        let Some(tracer) = tracer().filter(|_| parent.has_active_span()) else {
            return ClientSpan(None);
        };
        let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Client);
        let mut span = tracer.build_with_context(builder, &parent);
        if span.is_recording() {
            span.update_name(format!("{method} {template}"));
            let mut set =
                |key, value: &str| span.set_attribute(KeyValue::new(key, value.to_owned()));
            set("http.request.method", method.as_str());
            set("url.template", template);
            // Without its query, which may hold what somebody has entered.
            let full = url.to_string();
            let full = full.split_once('?').map_or(&*full, |(path, _)| path);
            set("url.full", &full[..full.floor_char_boundary(TEXT_LIMIT)]);
            if let Some(host) = url.host() {
                set("server.address", host);
                let port = url.port_u16().unwrap_or(80);
                span.set_attribute(KeyValue::new("server.port", i64::from(port)));
            }
            if resends > 0 {
                let resends = KeyValue::new("http.request.resend_count", i64::from(resends));
                span.set_attribute(resends);
            }
        }
        ClientSpan(Some(parent.with_span(span)))
    }

    /// The work on the request, done inside the span: what it sends is given the span by [`inject`](super::inject).
    pub fn cover<F: Future>(&self, work: F) -> Covered<F> {
        Covered::new(self.0.clone(), work)
    }

    /// Notes the status of the answer.
    pub fn answered(&self, status: u16) {
        let Some(context) = &self.0 else { return };
        let span = context.span();
        span.set_attribute(KeyValue::new(
            "http.response.status_code",
            i64::from(status),
        ));
        if status >= 400 {
            self.failed(&status.to_string());
        }
    }

    /// Notes that it failed, and by what kind of error.
    pub fn failed(&self, kind: &str) {
        let Some(context) = &self.0 else { return };
        let span = context.span();
        span.set_attribute(KeyValue::new("error.type", kind.to_owned()));
        span.set_status(Status::error(""));
    }
}

impl Drop for ClientSpan {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}
