//! The pages, before an API that the test makes up.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use web::ApiClient;

pub(crate) const DEADLINE: Duration = Duration::from_millis(300);

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// The pages over this API.
pub(crate) fn site(api: Router) -> Router {
    web::app(ApiClient::in_process(api, DEADLINE))
}

pub(crate) async fn ask(site: &Router, method: Method, path: &str) -> Reply {
    let request = Request::builder().method(method).uri(path);
    read(site, request.body(Body::empty()).unwrap()).await
}

/// The answer to any request.
pub(crate) async fn read(site: &Router, request: Request<Body>) -> Reply {
    let response = site.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply {
        status: head.status,
        headers: head.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(crate) async fn get(site: &Router, path: &str) -> Reply {
    ask(site, Method::GET, path).await
}
