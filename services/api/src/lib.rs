//! The JSON API under `/api/v1`; the only owner of the database.
//!
//! [`app`] is the whole service as a router, used alike by the programs and by every test. A route is found by its path:
//! `/api/v1/places` is `routes/places.rs`, its queries are in `domain/place.rs`.

pub mod config;
pub mod service;

mod auth;
mod cors;
mod database;
mod error;
mod extract;
mod include;
mod json;
mod list;
mod methods;
mod openapi;
mod resource;
mod routes;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use domain::Store;
use kit::config::Secret;
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::Guard;
use crate::cors::Origins;
use crate::error::Error;

/// What the handlers need.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    /// Bytes of a request's body that are read at most.
    pub(crate) body_limit: usize,
}

/// How the API treats its clients.
pub struct Manners {
    /// Bytes of a request's body that are read at most; more is answered with 413.
    pub body_limit: usize,
    /// When there is one, writes need it as `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// The origins that browsers may call from: `*`, or a list separated by commas.
    pub cors_origins: String,
}

/// The API: every route below `/api/`, and JSON for whatever else is asked.
pub fn app(store: Store, manners: Manners) -> Router {
    let routes = Router::new()
        .nest(routes::ROOT, routes::router())
        .merge(routes::apidocs());
    surround(routes, store, manners)
}

/// Puts around the routes what all of them share.
fn surround(routes: Router<App>, store: Store, manners: Manners) -> Router {
    let Manners {
        body_limit,
        token,
        cors_origins,
    } = manners;
    routes
        .fallback(|| async { Error::NotFound })
        .layer(Extension(Guard::new(token)))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(
            Origins::new(&cors_origins),
            cors::headers,
        ))
        .with_state(App { store, body_limit })
}

#[cfg(test)]
mod tests {
    use std::panic::{set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, StatusCode, header};
    use axum::routing::get;
    use domain::{Options, Store};
    use http_body_util::BodyExt;
    use kit::admin::Health;
    use kit::config::LogFormat;
    use kit::layers::{self, Terms};
    use kit::{metrics, telemetry};
    use tempfile::TempDir;
    use tower::ServiceExt;
    use tracing::{Event, Level, Subscriber};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;

    use super::{Manners, surround};

    /// Levels and targets of what is logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let (level, target) = (event.metadata().level(), event.metadata().target());
            if *level <= Level::INFO {
                self.0.lock().unwrap().push(format!("{level} {target}"));
            }
        }
    }

    async fn panics() -> StatusCode {
        panic!("inner text")
    }

    /// A route that panics, behind all that a route of the service stands behind.
    async fn router(folder: &TempDir) -> Router {
        let file = folder.path().join("panics.db");
        let options = Options::new(format!("sqlite:{}", file.display()));
        let store = Store::open(&options).await.unwrap();
        let manners = Manners {
            body_limit: 0,
            token: None,
            cors_origins: "*".to_owned(),
        };
        let routes = Router::new().route("/panics", get(panics));
        let routes = surround(routes, store, manners);
        layers::apply(routes, &Health::new(), &Terms::default())
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_and_one_line_of_an_error() {
        let folder = TempDir::new().unwrap();
        let router = router(&folder).await;
        let usual = take_hook();
        telemetry::start(&"info".parse().unwrap(), LogFormat::Text);
        let lines = Lines::default();
        let logging = tracing_subscriber::registry().with(lines.clone());
        let logging = logging.set_default();
        let request = Request::get("/panics").header(header::HOST, "h");
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await;
        let (head, body) = answer.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        drop(logging);
        set_hook(usual);
        assert_eq!(head.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body, "{\"error\":\"Internal server error\"}\n");
        assert_eq!(*lines.0.lock().unwrap(), ["ERROR panic", "INFO http"]);
        let count = r#"http_requests_total{method="GET",route="/panics",status="5xx"} 1"#;
        assert!(metrics::render().unwrap().contains(count));
    }
}
