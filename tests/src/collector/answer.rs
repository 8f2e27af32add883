//! One export: the protobuf message as the body, or behind the five bytes that gRPC puts before a message.

use super::span::{self, Span};
use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Request, Response, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

const HTTP: &str = "/v1/traces";
const GRPC: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// Whether it is compressed, and its length.
const GRPC_HEAD: usize = 5;

type Answer = Response<BoxBody<Bytes, Infallible>>;

pub(super) async fn take(
    request: Request<Incoming>,
    kept: Arc<Mutex<Vec<Span>>>,
) -> Result<Answer, Infallible> {
    let grpc = request.uri().path() == GRPC;
    let known = grpc || request.uri().path() == HTTP;
    let taken = if known {
        read(request, grpc).await
    } else {
        Err(anyhow::anyhow!("no such path"))
    };
    Ok(match taken {
        Ok(spans) => {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(spans);
            answer(grpc)
        }
        Err(_) => {
            let mut refusal = answer(false);
            *refusal.status_mut() = StatusCode::BAD_REQUEST;
            refusal
        }
    })
}

async fn read(request: Request<Incoming>, grpc: bool) -> Result<Vec<Span>> {
    let headers = request.headers().clone();
    let body = request.into_body().collect().await?.to_bytes();
    let message = if grpc {
        body.get(GRPC_HEAD..).context("no message")?
    } else {
        &body
    };
    let message = ExportTraceServiceRequest::decode(message)?;
    Ok(span::all(message, &headers, grpc))
}

/// An empty message says that every span was taken.
fn answer(grpc: bool) -> Answer {
    let (kind, body) = if grpc {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let message = Full::from(Bytes::from_static(&[0; GRPC_HEAD]));
        let message = message.with_trailers(async { Some(Ok(trailers)) });
        ("application/grpc", message.boxed())
    } else {
        ("application/x-protobuf", Full::default().boxed())
    };
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
