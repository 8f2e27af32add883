//! Lists by pages.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::Value;

use crate::harness::{Api, JSON, at, blank, request};
use crate::reply::Reply;

/// Every list there is, and the table of its rows.
pub(crate) const LISTS: [(&str, &str); 9] = [
    ("/states", "states"),
    ("/states/{state}/cities", "cities"),
    ("/amenities", "amenities"),
    ("/users", "users"),
    ("/cities/{city}/places", "places"),
    ("/users/{user}/places", "places"),
    ("/places/{place}/reviews", "reviews"),
    ("/places/{place}/amenities", "amenities"),
    ("/places_search", "places"),
];

/// The request for a list at this whole path: the search is a POST.
pub(crate) fn listing(target: &str, search: &Value) -> Request<Body> {
    if target.contains("/places_search") {
        let request = request("POST", target).header(header::CONTENT_TYPE, JSON);
        request.body(Body::from(search.to_string())).unwrap()
    } else {
        blank("GET", target)
    }
}

/// The path and query that the page's Link header gives for the next one.
pub(crate) fn next(page: &Reply) -> Option<String> {
    let link = page.header("link");
    if link.is_empty() {
        return None;
    }
    let target = link.strip_prefix('<').unwrap();
    Some(target.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

/// All pages, from this path on.
pub(crate) async fn walk(api: &Api, path: &str, search: &Value) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut target = Some(at(path));
    while let Some(at) = target {
        let page = api.send(listing(&at, search)).await.is(200);
        target = next(&page);
        pages.push(page.list());
    }
    pages
}
