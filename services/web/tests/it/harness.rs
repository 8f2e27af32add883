//! The pages, before an API that the test makes up.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use web::ApiClient;

/// Much longer than an API within the process takes, on a busy machine too.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1);

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

/// The pages over the API at this port.
pub(crate) fn over_http(port: u16) -> Router {
    let url = format!("http://127.0.0.1:{port}").parse().unwrap();
    web::app(ApiClient::over_http(&url, DEADLINE))
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

/// Sends a form.
pub(crate) async fn post(site: &Router, path: &str, form: &str) -> Reply {
    post_from(site, path, form, &[]).await
}

pub(crate) async fn post_from(
    site: &Router,
    path: &str,
    form: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::post(path)
        .header("host", "hbnb.example")
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(site, request.body(form.to_owned().into()).unwrap()).await
}

/// Asserts that a form was taken, and where its answer leads.
pub(crate) fn leads_to(reply: &Reply, location: &str) {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    assert_eq!(reply.header("location"), location);
}
