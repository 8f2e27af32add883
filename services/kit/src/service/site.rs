//! Services that share an address.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use tower::Service;

use crate::layers::RefusalPage;

/// Services by the paths that they answer.
#[derive(Clone)]
pub struct Site {
    /// Each with what its paths start with, such as `/api`; the first that fits answers.
    pub(super) services: Vec<(&'static str, Router)>,
    pub(super) refusal_page: Option<RefusalPage>,
}

impl From<Router> for Site {
    fn from(router: Router) -> Site {
        Site {
            services: vec![("", router)],
            refusal_page: None,
        }
    }
}

impl Site {
    /// A site on which `rest` answers every path that no other service has.
    pub fn new(rest: Router) -> Site {
        rest.into()
    }

    /// Gives another service the path `prefix` and all below it. The service sees the path as it is.
    #[must_use]
    pub fn with(mut self, prefix: &'static str, service: Router) -> Site {
        self.services.insert(0, (prefix, service));
        self
    }

    /// Has people told by this page what is refused before any service is asked.
    #[must_use]
    pub fn refusing_by(mut self, page: RefusalPage) -> Site {
        self.refusal_page = Some(page);
        self
    }

    /// The site as one router.
    pub fn router(mut self) -> Router {
        match self.services.len() {
            1 => self.services.remove(0).1,
            _ => Router::new().fallback_service(self),
        }
    }
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let path = request.uri().path();
        let at = self
            .services
            .iter()
            .position(|(prefix, _)| holds(prefix, path));
        match at {
            Some(at) => self.services[at].1.call(request),
            None => Router::new().call(request),
        }
    }
}

fn holds(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::{MatchedPath, Request};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::Site;

    async fn asked(path: &str) -> String {
        let named = |name: &'static str| {
            get(async move |route: MatchedPath| format!("{name} {}", route.as_str()))
        };
        let rest = Router::new().route("/{name}", named("rest"));
        let site = Site::new(rest.fallback(async || "nothing"))
            .with("/api", Router::new().route("/api/{id}", named("api")))
            .with("/static", Router::new().fallback(async || "no file"));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = site.router().oneshot(request).await.unwrap();
        let body = to_bytes(answer.into_body(), 100).await.unwrap();
        format!("{}", String::from_utf8_lossy(&body))
    }

    #[tokio::test]
    async fn by_prefix() {
        for (path, wanted) in [
            ("/api/1", "api /api/{id}"),
            ("/api", ""),
            ("/apis", "rest /{name}"),
            ("/static/x/y", "no file"),
            ("/static", "no file"),
            ("/x/y", "nothing"),
        ] {
            assert_eq!(asked(path).await, wanted, "{path}");
        }
    }
}
