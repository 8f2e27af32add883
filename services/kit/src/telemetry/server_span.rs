//! The span of a request, by OpenTelemetry's conventions for HTTP servers.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{self, Poll};

use axum::extract::Request;
use http::{Method, Version, header};
use opentelemetry::trace::{
    Span, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer,
};
use opentelemetry::{Context, ContextGuard, KeyValue};
use pin_project_lite::pin_project;

use super::{context, tracer};
use crate::layers::Client;

/// Longest attribute that a client chooses, in bytes.
pub(super) const TEXT_LIMIT: usize = 256;

/// The span of one request; nothing where traces are off.
///
/// It is made without `tracing`, which would keep a span for each of the many requests that are not sampled.
pub(crate) struct ServerSpan(Option<Context>);

impl ServerSpan {
    /// No span.
    pub(crate) fn none() -> ServerSpan {
        ServerSpan(None)
    }

    /// Begins the span of a request, below the one that its `traceparent` names. `method` is the one of the metrics.
    pub(crate) fn begin(
        request: &Request,
        method: &'static str,
        route: Option<&str>,
    ) -> ServerSpan {
        let Some(tracer) = tracer() else {
            return ServerSpan::none();
        };
        let parent = context::extract(request.headers()).unwrap_or_default();
        // The name is given once it is known that the span is sampled.
        let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Server);
        let mut span = tracer.build_with_context(builder, &parent);
        if span.is_recording() {
            describe(&mut span, request, method, route);
        }
        ServerSpan(Some(parent.with_span(span)))
    }

    /// The work on the request, done inside the span.
    pub(crate) fn cover<F: Future>(&self, work: F) -> Covered<F> {
        Covered::new(self.0.clone(), work)
    }

    /// Is inside the span until the guard is dropped.
    pub(crate) fn enter(&self) -> Option<ContextGuard> {
        self.0.clone().map(Context::attach)
    }

    /// The ids, if the span is sampled.
    pub(crate) fn ids(&self) -> Option<SpanContext> {
        let span = self.0.as_ref()?.span().span_context().clone();
        span.is_sampled().then_some(span)
    }

    /// Ends the span, with the status of the answer if there was one.
    pub(crate) fn end(&self, status: Option<u16>) {
        let Some(context) = &self.0 else { return };
        let span = context.span();
        if let Some(status) = status {
            span.set_attribute(KeyValue::new(
                "http.response.status_code",
                i64::from(status),
            ));
            if status >= 500 {
                span.set_attribute(KeyValue::new("error.type", status.to_string()));
                span.set_status(Status::error(""));
            }
        }
        span.end();
    }
}

pin_project! {
    /// Work inside a span.
    pub struct Covered<F> {
        context: Option<Context>,
        #[pin]
        work: F,
    }
}

impl<F> Covered<F> {
    pub(super) fn new(context: Option<Context>, work: F) -> Covered<F> {
        Covered { context, work }
    }
}

impl<F: Future> Future for Covered<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _inside = this.context.clone().map(Context::attach);
        this.work.poll(cx)
    }
}

fn describe(span: &mut impl Span, request: &Request, method: &'static str, route: Option<&str>) {
    let known = method == request.method().as_str();
    let verb = if known { method } else { "HTTP" };
    span.update_name(match route {
        Some(route) => format!("{verb} {route}").into(),
        None => Cow::Borrowed(verb),
    });
    let mut set = |key: &'static str, value: &str| {
        let value = value[..value.floor_char_boundary(TEXT_LIMIT)].to_owned();
        span.set_attribute(KeyValue::new(key, value));
    };
    set("http.request.method", if known { method } else { "_OTHER" });
    if !known {
        set(
            "http.request.method_original",
            Method::as_str(request.method()),
        );
    }
    if let Some(route) = route {
        set("http.route", route);
    }
    set("url.path", request.uri().path());
    let client = Client::of(request);
    set("url.scheme", client.scheme);
    let agent = request.headers().get(header::USER_AGENT);
    if let Some(agent) = agent.and_then(|agent| agent.to_str().ok()) {
        set("user_agent.original", agent);
    }
    if let Some(version) = version(request.version()) {
        set("network.protocol.version", version);
    }
    if let Some(address) = client.address {
        set("client.address", &address.to_string());
    }
    if !client.host.is_empty() {
        let (host, port) = split(&client.host);
        set("server.address", host);
        if let Some(port) = port {
            span.set_attribute(KeyValue::new("server.port", i64::from(port)));
        }
    }
}

/// A host and its port, if there is one; IPv6 addresses stand in brackets.
fn split(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            (name, port.parse().ok())
        }
        _ => (host, None),
    }
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn hosts() {
        for (host, wanted) in [
            ("example.com", ("example.com", None)),
            ("example.com:8080", ("example.com", Some(8080))),
            ("[::1]:80", ("[::1]", Some(80))),
            ("[::1]", ("[::1]", None)),
            ("example.com:", ("example.com", None)),
        ] {
            assert_eq!(split(host), wanted, "{host}");
        }
    }
}
