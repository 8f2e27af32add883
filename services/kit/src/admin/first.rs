//! `/first` on the admin listener of a worker: a first request to the service, made in the process, before anybody else's.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use tokio::runtime::Handle;
use tower::ServiceExt;

use super::told;

/// The service, once it is open, and the runtime that answers for it.
#[derive(Clone)]
pub(crate) struct First {
    service: Arc<OnceLock<Router>>,
    runtime: Handle,
}

impl First {
    /// Of a service that answers on the runtime in which this is called.
    pub(crate) fn new() -> First {
        First {
            service: Arc::default(),
            runtime: Handle::current(),
        }
    }

    /// The service is open.
    pub(crate) fn opens(&self, service: Router) {
        // It opens once.
        let _ = self.service.set(service);
    }
}

/// `GET /first?path=…` makes the request, which is neither logged nor counted, and answers with the status of its answer.
pub(crate) fn router(first: &First) -> Router {
    Router::new()
        .route("/first", get(ask))
        .with_state(first.clone())
}

#[derive(Deserialize)]
struct Order {
    path: String,
}

async fn ask(State(first): State<First>, Query(Order { path }): Query<Order>) -> Response {
    let Some(service) = first.service.get().cloned() else {
        return told(StatusCode::SERVICE_UNAVAILABLE, "the service is not open");
    };
    let request = Request::get(&path).header(header::HOST, "localhost");
    let Ok(request) = request.body(Body::empty()) else {
        return told(StatusCode::BAD_REQUEST, "path: give a path such as /");
    };
    match first.runtime.spawn(service.oneshot(request)).await {
        Ok(Ok(answer)) => told(answer.status(), "the service has answered"),
        Ok(Err(never)) => match never {},
        Err(error) => {
            tracing::error!(%error, "the first request broke off");
            told(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the first request broke off",
            )
        }
    }
}
