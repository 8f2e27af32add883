//! The middleware stack: ids, and one log line for every request.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Frame;
use kit::admin::Health;
use kit::layers::{RequestId, Terms, apply};
use kit::serve::Peer;
use tower::ServiceExt;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};

/// While there is one subscriber only, tracing asks the thread that is the first at a span or event whether somebody wants it,
/// and keeps the answer for all threads; that one may have no subscriber.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn start() -> (Log, DefaultGuard) {
        LazyLock::force(&ANOTHER);
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .without_time()
            .with_ansi(false)
            .with_max_level(tracing::Level::INFO)
            .with_writer(move || writer.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

fn router() -> Router {
    let router = Router::new()
        .route("/things/{id}", get(async || "thing"))
        .route(
            "/id",
            get(async |Extension(id): Extension<RequestId>| id.to_string()),
        )
        .route("/empty", get(async || StatusCode::NO_CONTENT))
        .route("/parts", get(async || parts().into_response()))
        .route(
            "/measured",
            get(async || ([(header::CONTENT_LENGTH, "2")], parts())),
        )
        .route("/never", get(async || std::future::pending::<()>().await));
    apply(router, &Health::new(), &Terms::default())
}

/// Two frames of a byte each, without a length.
fn parts() -> Body {
    let frames = vec!["a", "b"]
        .into_iter()
        .map(|part| Ok::<_, std::io::Error>(Frame::data(Bytes::from(part))));
    let mut frames = frames.collect::<std::collections::VecDeque<_>>();
    Body::new(http_body_util::StreamBody::new(
        futures_util::stream::poll_fn(move |_| std::task::Poll::Ready(frames.pop_front())),
    ))
}

async fn call(method: &str, path: &str) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "x")
        .header("x-request-id", "abc");
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer::new("unix"));
    router().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn one_line_when_the_body_has_ended() {
    let (log, _guard) = Log::start();
    for (method, path, line) in [
        (
            "GET",
            "/things/7?q=1",
            "method=\"GET\" route=\"/things/{id}\" path=\"/things/7\" status=200 bytes=5",
        ),
        (
            "HEAD",
            "/things/7",
            "method=\"HEAD\" route=\"/things/{id}\" path=\"/things/7\" status=200 bytes=0",
        ),
        (
            "GET",
            "/empty",
            "method=\"GET\" route=\"/empty\" path=\"/empty\" status=204 bytes=0",
        ),
        (
            "POST",
            "/empty",
            "method=\"POST\" route=\"/empty\" path=\"/empty\" status=405 bytes=0",
        ),
        (
            "BREW",
            "/tea",
            "method=\"OTHER\" route=\"unmatched\" path=\"/tea\" status=404 bytes=0",
        ),
        (
            "GET",
            "/parts",
            "method=\"GET\" route=\"/parts\" path=\"/parts\" status=200 bytes=2",
        ),
    ] {
        let body = call(method, path).await.into_body();
        body.collect().await.unwrap();
        let text = log.take();
        let start = text.find(" duration_ms=").unwrap();
        let end = text.find(" bytes=").unwrap();
        let rest = format!("{}{}", &text[..start], &text[end..]);
        assert_eq!(
            rest,
            format!(" INFO http: {line} peer=unix request_id=\"abc\"\n"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn line_waits_for_the_body() {
    let (log, _guard) = Log::start();
    let mut body = call("GET", "/parts").await.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(log.take(), "");
    drop(body);
    let text = log.take();
    assert!(
        text.contains("status=200") && text.ends_with("aborted=true\n"),
        "{text}"
    );
}

#[tokio::test]
async fn body_of_known_length_is_not_read_further() {
    let (log, _guard) = Log::start();
    let mut body = call("GET", "/measured").await.into_body();
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap();
    drop(body);
    let text = log.take();
    assert!(
        text.contains("bytes=2") && !text.contains("aborted"),
        "{text}"
    );
}

#[tokio::test]
async fn client_that_goes_before_the_answer() {
    let (log, _guard) = Log::start();
    tokio::select! {
        biased;
        _ = call("GET", "/never") => panic!("answered"),
        () = tokio::task::yield_now() => {}
    }
    let text = log.take();
    assert!(
        text.contains("status=499") && text.ends_with("aborted=true\n"),
        "{text}"
    );
}

#[tokio::test]
async fn request_ids() {
    let long = "x".repeat(129);
    for (sent, kept) in [
        (Some("abc"), true),
        (Some("a b"), false),
        (Some(&*long), false),
        (Some(""), false),
        (None, false),
    ] {
        let mut request = Request::get("/id").header("host", "x");
        if let Some(sent) = sent {
            request = request.header("x-request-id", sent);
        }
        let response = router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let echoed = response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let seen = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(seen, echoed);
        assert_eq!(Some(&*echoed) == sent, kept, "{sent:?}");
        assert!(kept || echoed.len() == 36, "{echoed}");
    }
}

#[tokio::test]
async fn long_path_is_cut() {
    let (log, _guard) = Log::start();
    let path = format!("/{}", "a".repeat(300));
    call("GET", &path)
        .await
        .into_body()
        .collect()
        .await
        .unwrap();
    assert!(log.take().contains(&format!("path=\"{}\" ", &path[..256])));
}

#[tokio::test]
async fn security_headers() {
    let own = [(header::CONTENT_SECURITY_POLICY, "default-src 'none'")];
    let router = Router::new()
        .route("/data", get(async || "data"))
        .route("/page", get(async || axum::response::Html("<p>page</p>")))
        .route(
            "/own",
            get(async move || (own, axum::response::Html("<p>own</p>"))),
        );
    let router = apply(router, &Health::new(), &Terms::default());
    for (path, policy) in [
        ("/data", None),
        ("/nowhere", None),
        (
            "/page",
            Some(
                "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
            ),
        ),
        ("/own", Some("default-src 'none'")),
    ] {
        let request = Request::get(path)
            .header(header::HOST, "h")
            .body(Body::empty())
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let value = |name| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        assert_eq!(
            value(header::X_CONTENT_TYPE_OPTIONS),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(value(header::X_FRAME_OPTIONS), Some("DENY"), "{path}");
        assert_eq!(
            value(header::REFERRER_POLICY),
            Some("strict-origin-when-cross-origin"),
            "{path}"
        );
        assert_eq!(value(header::CONTENT_SECURITY_POLICY), policy, "{path}");
    }
}
