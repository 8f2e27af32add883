//! Asks clients to open their next connection elsewhere, once this process is about to end.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::admin::Health;

pub(super) async fn layer(State(health): State<Health>, request: Request, next: Next) -> Response {
    // HTTP/2 has no such header; its connections are told by GOAWAY.
    let has_header = request.version() < Version::HTTP_2;
    let mut response = next.run(request).await;
    if has_header && health.is_draining() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
