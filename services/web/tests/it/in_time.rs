//! One time limit for all that a page asks the API.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{AppendHeaders, IntoResponse};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::sleep;

use web::ApiClient;

use crate::harness::{get, leads_to, read};
use crate::stand_in::StandIn;

/// Longer than that of other tests: a busy machine must not use up what an answer leaves of it.
const DEADLINE: Duration = Duration::from_millis(1_500);
/// Each answer comes in time; two of them, one after the other, do not.
const MOST: Duration = Duration::from_secs(1);

/// The pages over this API.
fn site(api: Router) -> Router {
    web::app(ApiClient::in_process(api, DEADLINE))
}

/// An API that takes so long for each answer.
fn slow(api: &StandIn, time: Duration) -> Router {
    let slow = move |request: Request, next: Next| async move {
        sleep(time).await;
        next.run(request).await
    };
    api.router().layer(from_fn(slow))
}

/// A page of one call, or of several at once, is there; one whose calls follow each other is not, when its time is over.
#[tokio::test]
async fn calls_share_it() {
    let site = site(slow(&StandIn::new("x"), MOST));
    assert_eq!(get(&site, "/").await.status, StatusCode::OK);
    let asked = Instant::now();
    let reply = get(&site, "/places/1").await;
    assert_eq!(reply.status, StatusCode::GATEWAY_TIMEOUT, "{}", reply.text);
    assert!(asked.elapsed() >= DEADLINE, "{:?}", asked.elapsed());
    assert!(asked.elapsed() < 2 * MOST, "{:?}", asked.elapsed());
}

/// The API is not blamed for a form that takes long to arrive.
#[tokio::test]
async fn it_begins_with_the_first_call() {
    let form = stream::once(async {
        sleep(2 * DEADLINE).await;
        Ok::<_, std::io::Error>(Bytes::from("text=Better"))
    });
    let request = Request::post("/reviews/1/edit").body(Body::from_stream(form));
    let site = site(slow(&StandIn::new("x"), DEADLINE / 10));
    let reply = read(&site, request.unwrap()).await;
    leads_to(&reply, "/places/place#reviews");
}

/// Each slice of a streamed page has a time of its own, because the client may read slowly in between.
#[tokio::test]
async fn slices_have_their_own() {
    let slices =
        [1, 2, 3].map(|next| Some(format!("</api/v1/states?cursor={next}>; rel=\"next\"")));
    let slices = Arc::new(Mutex::new(slices.into_iter().chain([None])));
    let api = Router::new().fallback(async move || {
        sleep(MOST).await;
        let next = slices.lock().unwrap().next().flatten();
        let link = next.map(|next| [(header::LINK, next)]);
        (link.map(AppendHeaders), r#"[{"id":"1","name":"x"}]"#).into_response()
    });
    let reply = get(&site(api), "/states_list").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.text.matches("<LI>").count(), 4, "{}", reply.text);
    assert!(reply.text.contains("</HTML>"));
}
