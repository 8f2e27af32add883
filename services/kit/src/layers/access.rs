//! One log line and one measurement for every request, when the body of its answer has ended.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::record::{Record, Recorded};

pub(super) async fn layer(request: Request, next: Next) -> Response {
    run(Record::counted(&request), request, next).await
}

pub(super) async fn quiet_layer(request: Request, next: Next) -> Response {
    run(Record::quiet(&request), request, next).await
}

async fn run(mut record: Record, request: Request, next: Next) -> Response {
    let response = next.run(request).instrument(record.span()).await;
    record.answered(&response);
    response.map(|body| Body::new(Recorded::new(body, record)))
}
