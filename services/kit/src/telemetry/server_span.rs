//! The span of a request, by OpenTelemetry's conventions for HTTP servers.

use axum::extract::Request;
use http::{Method, Version, header};
use opentelemetry::trace::{SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{HTTP, context, is_traced};
use crate::layers::Client;

/// Longest attribute that a client chooses, in bytes.
const TEXT_LIMIT: usize = 256;

/// The span of one request; nothing where traces are off.
pub(crate) struct ServerSpan {
    span: Span,
    /// There if the span is sampled.
    context: Option<Context>,
}

impl ServerSpan {
    /// No span.
    pub(crate) fn none() -> ServerSpan {
        ServerSpan {
            span: Span::none(),
            context: None,
        }
    }

    /// Begins the span of a request, below the one that its `traceparent` names. `method` is the one of the metrics.
    pub(crate) fn begin(
        request: &Request,
        method: &'static str,
        route: Option<&str>,
    ) -> ServerSpan {
        if !is_traced() {
            return ServerSpan::none();
        }
        // The name is given once it is known that the span is sampled.
        let span = info_span!(target: HTTP, parent: None, "request", otel.kind = "server");
        if let Some(parent) = context::extract(request.headers()) {
            // It fails where the span is off, which is no parent's fault.
            let _ = span.set_parent(parent);
        }
        let context = span.context();
        let sampled = context.span().span_context().is_sampled();
        if sampled {
            describe(&context, request, method, route);
        }
        ServerSpan {
            span,
            context: sampled.then_some(context),
        }
    }

    /// What the work on the request is to be done in.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// The ids, if the span is sampled.
    pub(crate) fn ids(&self) -> Option<SpanContext> {
        let context = self.context.as_ref()?;
        Some(context.span().span_context().clone())
    }

    /// Ends the span, with the status of the answer if there was one.
    pub(crate) fn end(&self, status: Option<u16>) {
        let Some(context) = &self.context else { return };
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

fn describe(context: &Context, request: &Request, method: &'static str, route: Option<&str>) {
    let known = method == request.method().as_str();
    let span = context.span();
    let verb = if known { method } else { "HTTP" };
    span.update_name(match route {
        Some(route) => format!("{verb} {route}"),
        None => verb.to_owned(),
    });
    let set = |key: &'static str, value: &str| {
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
    if !client.host.is_empty() {
        let (host, port) = split(&client.host);
        set("server.address", host);
        if let Some(port) = port {
            span.set_attribute(KeyValue::new("server.port", i64::from(port)));
        }
    }
    if let Some(address) = client.address {
        set("client.address", &address.to_string());
    }
    let agent = request.headers().get(header::USER_AGENT);
    if let Some(agent) = agent.and_then(|agent| agent.to_str().ok()) {
        set("user_agent.original", agent);
    }
    if let Some(version) = version(request.version()) {
        set("network.protocol.version", version);
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
