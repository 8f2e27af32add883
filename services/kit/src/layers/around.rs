//! A function around every route of a router, which has the route answer and does its own before and after.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use tower::Service;
use tower::layer::layer_fn;

/// The answer to come.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// Puts `call` around each route and the fallback.
pub(super) fn around<F>(router: Router, call: F) -> Router
where
    F: Fn(&mut Route, Request) -> Answering + Clone + Send + Sync + 'static,
{
    router.layer(layer_fn(move |inner| Around {
        inner,
        call: call.clone(),
    }))
}

#[derive(Clone)]
struct Around<F> {
    inner: Route,
    call: F,
}

impl<F: Fn(&mut Route, Request) -> Answering> Service<Request> for Around<F> {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.inner, cx)
    }

    fn call(&mut self, request: Request) -> Answering {
        (self.call)(&mut self.inner, request)
    }
}
