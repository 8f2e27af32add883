//! That the watch over pages would notice: a site that does wrong on purpose.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rig::Browser;
use rig::browser::{Axe, Theme};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const PAGE: &str = "<!doctype html><title>Wrong</title><link rel=icon href=data:,>
<link rel=stylesheet href=/style.css><link rel=stylesheet href=/style.css><script src=/script.js></script><script>document.title = 'inline'</script>
<p id=wide>It does not fit.</p><img src=http://localhost:PORT/there.png>";
const STYLE: &str = "#wide { width: 3000px }";
/// Moves the text after it has been painted.
const SCRIPT: &str = "console.error('a mishap');
    const move = () => { document.getElementById('wide').style.marginTop = '300px'; };
    addEventListener('load', () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(move))));
    gone();";

async fn answer(
    request: Request<Incoming>,
    port: u16,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (kind, body) = match request.uri().path() {
        "/" => ("text/html", PAGE.replace("PORT", &port.to_string())),
        "/script.js" => ("text/javascript", SCRIPT.to_owned()),
        "/style.css" => ("text/css", STYLE.to_owned()),
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

/// A browser that has the page open; none where there is no browser.
async fn opened(what: &str) -> Option<(Browser, JoinSet<()>)> {
    let (site, server) = wrong().await;
    let browser = Browser::start(what, &site).await.unwrap()?;
    browser.open("/").await.unwrap();
    Some((browser, server))
}

#[tokio::test]
async fn what_is_wrong_is_noticed() {
    let Some((browser, _server)) = opened("the watch over pages").await else {
        return;
    };
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
    let title = browser.text("title").await.unwrap();
    assert_eq!(title, "Wrong");
}

#[tokio::test]
async fn what_looks_wrong_is_noticed() {
    let what = "the watch over the looks of pages";
    let (Some((browser, _server)), Some(axe)) = (opened(what).await, Axe::find(what).unwrap())
    else {
        return;
    };
    let moved = "return getComputedStyle(document.getElementById('wide')).marginTop === '300px'";
    browser.until("the text has moved", moved).await.unwrap();
    assert!(browser.layout_shift().await.unwrap() > 0.02);
    assert!(browser.overflow().await.unwrap() > 1000);
    let blocking = browser.render_blocking("script").await.unwrap();
    assert_eq!(blocking, ["/script.js"]);
    let violations = axe.violations(&browser, &["wcag2a"]).await.unwrap();
    let rules: Vec<_> = violations.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["html-has-lang", "image-alt"]);
}

#[tokio::test]
async fn the_window_is_as_it_is_told() {
    let Some((browser, _server)) = opened("windows and themes").await else {
        return;
    };
    let script =
        "return [innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]";
    for (width, height, theme) in [(1280, 800, Theme::Light), (360, 740, Theme::Dark)] {
        browser.set_size(width, height).await.unwrap();
        browser.set_theme(theme).await.unwrap();
        let is: (u32, u32, bool) = browser.evaluate(script).await.unwrap();
        assert_eq!(is, (width, height, theme == Theme::Dark));
    }
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
