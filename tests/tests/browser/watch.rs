//! That the watch over pages would notice: a site that does wrong on purpose.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rig::Browser;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const PAGE: &str = "<!doctype html><title>Wrong</title><link rel=icon href=data:,>
<script src=/script.js></script><script>document.title = 'inline'</script><img src=http://localhost:PORT/there.png>";

async fn answer(
    request: Request<Incoming>,
    port: u16,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (kind, body) = match request.uri().path() {
        "/" => ("text/html", PAGE.replace("PORT", &port.to_string())),
        "/script.js" => (
            "text/javascript",
            "console.error('a mishap'); gone()".to_owned(),
        ),
        _ => ("text/plain", String::new()),
    };
    let policy = "default-src 'self'; img-src *";
    let response = Response::builder()
        .header("content-type", kind)
        .header("content-security-policy", policy)
        .status(if kind == "text/plain" { 404 } else { 200 });
    Ok(response.body(Full::from(body)).unwrap())
}

/// A server of one page, on a free port.
async fn wrong() -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper::service::service_fn(move |request| answer(request, port));
            let server = hyper::server::conn::http1::Builder::new();
            connections.spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    (format!("http://127.0.0.1:{port}"), tasks)
}

#[tokio::test]
async fn what_is_wrong_is_noticed() {
    let (site, _server) = wrong().await;
    let Some(browser) = Browser::start("the watch over pages", &site).await.unwrap() else {
        return;
    };
    browser.open("/").await.unwrap();
    browser.until_settled().await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    for wanted in [
        "a mishap",
        "gone is not defined",
        "Content Security Policy",
        "asked http://localhost:",
        "404",
    ] {
        let is_there = complaints
            .iter()
            .any(|complaint| complaint.contains(wanted));
        assert!(is_there, "no {wanted} in {complaints:#?}");
    }
    assert_eq!(
        browser
            .evaluate::<String>("return document.title")
            .await
            .unwrap(),
        "Wrong"
    );
}

#[tokio::test]
async fn scripts_can_be_off() {
    let (site, _server) = wrong().await;
    let what = "JavaScript switched off";
    let Some(browser) = Browser::start_without_javascript(what, &site)
        .await
        .unwrap()
    else {
        return;
    };
    browser.open("/").await.unwrap();
    browser.until_settled().await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    let is_silent = !complaints
        .iter()
        .any(|complaint| complaint.contains("mishap"));
    assert!(is_silent, "{complaints:#?}");
}
