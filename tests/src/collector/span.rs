//! A span as the tests look at it.

use hyper::header::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{self as proto, span::SpanKind};
use std::collections::BTreeMap;

/// A span that came; ids are in hexadecimal, values of attributes as text.
#[derive(Debug, Clone)]
pub struct Span {
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty if it has none.
    pub parent: String,
    pub state: String,
    pub is_server: bool,
    pub is_client: bool,
    pub is_error: bool,
    /// Nanoseconds from its start to its end.
    pub duration: u64,
    pub attributes: BTreeMap<String, String>,
    pub resource: BTreeMap<String, String>,
    /// Whether it came over gRPC.
    pub grpc: bool,
    /// The head of the request that brought it.
    pub headers: HeaderMap,
}

impl Span {
    /// An attribute, or `None`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }
}

pub(super) fn all(
    message: ExportTraceServiceRequest,
    headers: &HeaderMap,
    grpc: bool,
) -> Vec<Span> {
    let mut all = Vec::new();
    for of_resource in message.resource_spans {
        let resource = texts(of_resource.resource.unwrap_or_default().attributes);
        let spans = of_resource.scope_spans.into_iter().flat_map(|s| s.spans);
        all.extend(spans.map(|span| one(span, &resource, headers, grpc)));
    }
    all
}

fn one(
    span: proto::Span,
    resource: &BTreeMap<String, String>,
    headers: &HeaderMap,
    grpc: bool,
) -> Span {
    let kind = span.kind();
    let status = span.status.map(|status| status.code()).unwrap_or_default();
    Span {
        name: span.name,
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        state: span.trace_state,
        is_server: kind == SpanKind::Server,
        is_client: kind == SpanKind::Client,
        is_error: status == proto::status::StatusCode::Error,
        duration: span
            .end_time_unix_nano
            .saturating_sub(span.start_time_unix_nano),
        attributes: texts(span.attributes),
        resource: resource.clone(),
        grpc,
        headers: headers.clone(),
    }
}

fn texts(pairs: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    pairs
        .into_iter()
        .map(|pair| (pair.key, text(pair.value.and_then(|value| value.value))))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
