//! The data of the page, and what is done with it in this process.

use std::hint::black_box;

use api::Manners;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use domain::{Options, Store, demo};
use http::Request;
use http_body_util::BodyExt;
use rig::process::cpu_time;
use tempfile::TempDir;
use tower::ServiceExt;
use web::testing::Parsed;

pub(crate) const CARDS: usize = 100;
/// Cards on the site's first page.
pub(crate) const SHOWN: usize = 24;
/// How often a part is done to be measured.
const RUNS: u32 = 2_000;
pub(crate) const STATES: &str =
    "/api/v1/states?include=cities&include_limit=5000&sort=name&limit=1000";
pub(crate) const AMENITIES: &str = "/api/v1/amenities?sort=name&limit=1000";
const PARTS: &str = "include=amenities,city,review_count,state,user&sort=name";

/// The API on a database with the demo data, in this folder.
pub(crate) async fn api(folder: &TempDir) -> Router {
    let file = folder.path().join("bench.db");
    let options = Options::new(format!("sqlite:{}", file.display()));
    let store = Store::open(&options).await.unwrap();
    store.migrate().await.unwrap();
    demo::offer(&store).await.unwrap();
    let manners = Manners {
        body_limit: 1 << 20,
        token: None,
        cors_origins: "*".to_owned(),
    };
    api::app(store, manners)
}

/// The API's answers.
pub(crate) struct Answers {
    states: Bytes,
    amenities: Bytes,
    places: Bytes,
    /// As many places as the site shows.
    shown: Bytes,
}

impl Answers {
    pub(crate) async fn read(api: &Router) -> Answers {
        let read = async |method: &str, path: &str| {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("content-type", "application/json")
                .body(Body::from("{}"));
            let answer = api.clone().oneshot(request.unwrap()).await.unwrap();
            answer.into_body().collect().await.unwrap().to_bytes()
        };
        Answers {
            states: read("GET", STATES).await,
            amenities: read("GET", AMENITIES).await,
            places: read("POST", &places(CARDS)).await,
            shown: read("POST", &places(SHOWN)).await,
        }
    }

    pub(crate) fn parsed(&self) -> Parsed {
        Parsed::read(&self.states, &self.amenities, &self.places).unwrap()
    }
}

pub(crate) fn places(count: usize) -> String {
    format!("/api/v1/places_search?limit={count}&{PARTS}")
}

/// What is done in this process alone, in microseconds of processor time.
pub(crate) struct Parts {
    pub(crate) page: f64,
    pub(crate) frame: f64,
    /// A page with as many cards as the site shows.
    pub(crate) shown: f64,
    pub(crate) reading: f64,
    pub(crate) tags: f64,
}

impl Parts {
    pub(crate) fn measure(answers: &Answers) -> Parts {
        let Answers {
            states,
            amenities,
            places,
            shown,
        } = answers;
        let parsed = Parsed::read(states, amenities, places).unwrap();
        let page = |cards| micros(|| drop(black_box(parsed.page_of(cards))));
        Parts {
            page: page(CARDS),
            frame: page(0),
            shown: page(SHOWN),
            reading: micros(|| drop(black_box(Parsed::read(states, amenities, shown)))),
            tags: micros(|| {
                black_box([states, amenities, shown].map(|body| web::testing::tag(body)));
            }),
        }
    }
}

/// Microseconds of processor time for one of many runs.
fn micros(run: impl Fn()) -> f64 {
    let time = || cpu_time(std::process::id()).unwrap();
    let before = time();
    (0..RUNS).for_each(|_| run());
    time().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(RUNS)
}
