//! Calls that are made again when a connection breaks: only those of which two do no more than one.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use crate::harness::{leads_to, over_http, post};
use crate::stand_in::StandIn;

const PLACE: &str = "name=Loft&description=&max_guest=2&number_rooms=1&number_bathrooms=1\
                     &price_by_night=80&latitude=&longitude=&amenity=old&amenity=kept";

/// The pages over an API that does what a request with this method asks for and hangs up instead of answering, as many
/// times as `breaks` says. A thing that was deleted it does not find again.
async fn site(api: &StandIn, method: Method, breaks: usize) -> Router {
    let seen = Arc::new(AtomicUsize::new(0));
    let broken = from_fn(move |request: Request, next: Next| {
        let counts = request.method() == method;
        let nth = counts.then(|| seen.fetch_add(1, Ordering::Relaxed));
        let is_gone = request.method() == Method::DELETE && nth.is_some_and(|nth| nth > 0);
        async move {
            let answer = next.run(request).await;
            if nth.is_some_and(|nth| nth < breaks) {
                // Ends the connection, and says nothing on the terminal.
                resume_unwind(Box::new("hangs up"));
            }
            match is_gone {
                true => (StatusCode::NOT_FOUND, r#"{"error":"Not found"}"#).into_response(),
                false => answer,
            }
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = api.router().layer(broken);
    tokio::spawn(async move { axum::serve(listener, router).await });
    over_http(port)
}

fn sent(api: &StandIn) -> Vec<String> {
    let changes = api.changes();
    let lines = changes
        .iter()
        .map(|asked| format!("{} {}", asked.method, asked.path));
    lines.collect()
}

#[tokio::test]
async fn a_change_is_sent_again() {
    let api = StandIn::new("x");
    let site = site(&api, Method::PUT, 1).await;
    leads_to(&post(&site, "/places/1/edit", PLACE).await, "/places/1");
    assert_eq!(sent(&api), ["PUT /places/1", "PUT /places/1"]);
    let bodies = api.changes().into_iter().map(|asked| asked.body);
    let bodies: Vec<_> = bodies.collect();
    assert!(bodies[0]["name"] == "Loft" && bodies[0] == bodies[1]);
}

/// The first attempt has removed it, so that the second one cannot find it.
#[tokio::test]
async fn a_deletion_is_sent_again_and_is_done() {
    let api = StandIn::new("x");
    let site = site(&api, Method::DELETE, 1).await;
    let reply = post(&site, "/places/1/delete", "").await;
    leads_to(&reply, "/cities/city");
    assert_eq!(sent(&api), ["DELETE /places/1", "DELETE /places/1"]);
    // What somebody else has removed before is told.
    let reply = post(&site, "/places/1/delete", "").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "{}", reply.text);
    assert_eq!(sent(&api).len(), 3);
}

#[tokio::test]
async fn once_more_and_no_more() {
    let api = StandIn::new("x");
    let site = site(&api, Method::DELETE, 2).await;
    let reply = post(&site, "/places/1/delete", "").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(sent(&api), ["DELETE /places/1", "DELETE /places/1"]);
}

/// Two reviews must not be made of one.
#[tokio::test]
async fn what_makes_something_is_never_sent_again() {
    let api = StandIn::new("x");
    let site = site(&api, Method::POST, 1).await;
    let review = "text=Great&email=owner%40hbnb.example";
    let reply = post(&site, "/places/1/reviews/new", review).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(sent(&api), ["POST /places/1/reviews"]);
}
