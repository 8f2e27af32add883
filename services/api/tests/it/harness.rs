//! Runs a story against the whole API without a socket.

use api::Manners;
use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, Response, header};
use domain::Store;
use domain::testing::execute;
use serde_json::Value;
use tower::ServiceExt;

use crate::reply::Reply;

pub(crate) const JSON: &str = "application/json";

/// Runs the story on a fresh SQLite file, and on a fresh PostgreSQL database where there is a server.
pub(crate) async fn each_engine<F>(story: impl Fn(Api) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = rig::test_database_url();
    if server.is_none() {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        rig::missing(
            rig::Tool::Postgres,
            &format!("{test} on PostgreSQL"),
            "HBNB_TEST_DATABASE_URL is not set",
        );
    }
    domain::testing::each_engine(server, |store| {
        println!("on {}", store.engine());
        story(Api::new(store, open()))
    })
    .await;
}

/// The manners of a service that nobody configured.
pub(crate) fn open() -> Manners {
    Manners {
        body_limit: 1 << 20,
        token: None,
        cors_origins: "*".into(),
    }
}

/// The API on one database. Paths are those below `/api/v1`.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) store: Store,
    router: Router,
}

impl Api {
    pub(crate) fn new(store: Store, manners: Manners) -> Api {
        Api {
            router: api::app(store.clone(), manners),
            store,
        }
    }

    /// The same database with other manners.
    pub(crate) fn with(&self, manners: Manners) -> Api {
        Api::new(self.store.clone(), manners)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.raw("POST", path, JSON, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.raw("PUT", path, JSON, body.to_string()).await
    }

    /// A request without a body.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Reply {
        self.send(blank(method, &at(path))).await
    }

    /// A request with these bytes, labelled as told.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Reply {
        let request = request(method, &at(path)).header(header::CONTENT_TYPE, content_type);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Any request, with its whole path.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let method = request.method().clone();
        Reply::read(&method, self.begin(request).await).await
    }

    /// The answer's head, its body still unread.
    pub(crate) async fn begin(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Creates something and gives its id.
    pub(crate) async fn make(&self, path: &str, body: Value) -> String {
        let made = self.post(path, body).await.is(201).json();
        made["id"].as_str().unwrap().to_owned()
    }

    /// Runs one statement behind the API's back.
    pub(crate) async fn sql(&self, sql: &str) {
        execute(&self.store, sql).await;
    }

    pub(crate) async fn stats(&self) -> Value {
        self.get("/stats").await.is(200).json()
    }
}

pub(crate) fn at(path: &str) -> String {
    format!("/api/v1{path}")
}

pub(crate) fn request(method: &str, uri: &str) -> Builder {
    Request::builder().method(method).uri(uri)
}

pub(crate) fn blank(method: &str, uri: &str) -> Request<Body> {
    request(method, uri).body(Body::empty()).unwrap()
}
