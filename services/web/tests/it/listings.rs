//! The pages that list everything: all slices of a list, and a failure between two of them.

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get as on_get;
use std::collections::HashMap;
use tower::ServiceExt;

use crate::harness::{get, site};

fn slice(body: &'static str, next: Option<&str>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (json, body).into_response();
    if let Some(path) = next {
        let link = format!("<{path}>; rel=\"next\"");
        response
            .headers_mut()
            .insert(header::LINK, link.parse().unwrap());
    }
    response
}

const FIRST: &str = r#"[{"id":"1","name":"A <b>","cities":[{"id":"11","name":"C & D"}]}]"#;
const SECOND: &str = r#"[{"id":"2","name":"Zürich","cities":[]}]"#;

/// Two slices of states; what comes instead of the second may be told.
fn api(second: fn() -> Response) -> Router {
    let states = async move |query: Query<HashMap<String, String>>| {
        if query.contains_key("cursor") {
            return second();
        }
        assert_eq!(query["sort"], "name");
        slice(FIRST, Some("/api/v1/states?sort=name&limit=1&cursor=x"))
    };
    Router::new().route("/api/v1/states", on_get(states))
}

#[tokio::test]
async fn all_slices() {
    let site = site(api(|| slice(SECOND, None)));
    let reply = get(&site, "/cities_by_states").await;
    assert_eq!(reply.status, StatusCode::OK);
    let text: String = reply.text.split_whitespace().collect();
    for part in [
        "<LI>1:<B>A&#60;b&#62;</B><UL><LI>11:<B>C&#38;D</B></LI></UL></LI>",
        "<LI>2:<B>Zürich</B><UL></UL></LI></UL></BODY></HTML>",
    ] {
        assert!(text.contains(part), "{part} in {}", reply.text);
    }
    let states = get(&site, "/states_list/").await.text;
    assert!(!states.contains("11"), "{states}");
}

/// The first slice is on its way already: half a page must not be taken for a whole one.
#[tokio::test]
async fn broken_off() {
    let site = site(api(|| StatusCode::INTERNAL_SERVER_ERROR.into_response()));
    let request = axum::http::Request::get("/states_list").body(axum::body::Body::empty());
    let response = site.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = http_body_util::BodyExt::collect(response.into_body()).await;
    assert!(body.is_err());
}

#[tokio::test]
async fn unknown_state() {
    let site =
        site(Router::new().fallback(async || (StatusCode::NOT_FOUND, "{\"error\":\"Not found\"}")));
    let reply = get(&site, "/states/none").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.text.contains("<H1>Not found!</H1>"), "{}", reply.text);
}
