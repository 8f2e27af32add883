//! The pages that list everything: all slices of a list, and a failure between two of them.

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get as on_get, post as on_post};
use std::collections::HashMap;
use tower::ServiceExt;

use crate::harness::{get, site};
use crate::stand_in::StandIn;

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

/// The second state has more cities than come with it, the third has gone when its cities are asked for.
fn crowded() -> Router {
    let states = async || {
        let body = r#"[{"id":"1","name":"A","cities":[{"id":"11","name":"C"}]},{"id":"2","name":"B"},
            {"id":"3","name":"D"},{"id":"4","name":"E","cities":[]}]"#;
        slice(body, None)
    };
    let cities = async |uri: axum::http::Uri| {
        let (path, query) = (uri.path(), uri.query().unwrap());
        match (path, query.contains("cursor")) {
            ("/api/v1/states/2/cities", false) => {
                assert!(query.contains("sort=name"), "{query}");
                let next = "/api/v1/states/2/cities?cursor=x";
                slice(r#"[{"id":"21","name":"F"}]"#, Some(next))
            }
            ("/api/v1/states/2/cities", true) => slice(r#"[{"id":"22","name":"G"}]"#, None),
            _ => (StatusCode::NOT_FOUND, "{\"error\":\"Not found\"}").into_response(),
        }
    };
    Router::new()
        .route("/api/v1/states", on_get(states))
        .route("/api/v1/states/{id}/cities", on_get(cities))
        .route("/api/v1/amenities", on_get(async || slice("[]", None)))
        .route("/api/v1/places_search", on_post(async || slice("[]", None)))
}

#[tokio::test]
async fn more_than_can_be_chosen_from() {
    let first = get(&site(crowded()), "/").await.text;
    let told = "More cities than fit here: <a href=\"/regions/2\">cities of <bdi>B</bdi></a>";
    assert!(first.contains(told), "{first}");
    assert!(!first.contains("/regions/4") && !first.contains("These are the first"));
    let many = StandIn {
        rows: 2,
        ..StandIn::new("x")
    };
    let first = get(&site(many.router()), "/").await.text;
    for told in ["states", "amenities"] {
        let told = format!("These are the first 2 {told}, by name.");
        assert!(first.contains(&told), "{first}");
    }
}

#[tokio::test]
async fn more_cities_than_come_with_a_state() {
    let reply = get(&site(crowded()), "/cities_by_states").await;
    let text: String = reply.text.split_whitespace().collect();
    let wanted = "<LI>1:<B>A</B><UL><LI>11:<B>C</B></LI></UL></LI><LI>2:<B>B</B><UL><LI>21:<B>F</B></LI>\
                  <LI>22:<B>G</B></LI></UL></LI><LI>3:<B>D</B><UL></UL></LI><LI>4:<B>E</B><UL></UL></LI></UL>";
    assert!(text.contains(wanted), "{}", reply.text);
    let reply = get(&site(crowded()), "/hbnb_filters").await;
    let text: String = reply.text.split_whitespace().collect();
    let wanted = "<h2>B:</h2><ul><li>F</li><li>G</li></ul></li><li><h2>D:</h2><ul></ul></li>";
    assert!(text.contains(wanted), "{}", reply.text);
}
