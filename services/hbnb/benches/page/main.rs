//! A page with 100 cards: rendered for each request from data that is read already, against hyper sending the same bytes.
//! Then the whole way of the first page, through the API from SQLite, and how much of it are the API's answers.
//!
//! `cargo bench --package hbnb --bench page`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

mod parts;

use std::convert::Infallible;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kit::program;
use parts::{AMENITIES, Answers, Parts, SHOWN, STATES, api, places};
use rig::process::cpu_time;
use rig::{Again, Load};
use tempfile::TempDir;
use tokio::net::TcpListener;
use web::ApiClient;

const LOAD: Load = Load::kept(8, 50);
const ROUNDS: usize = 11;
/// How much more processor time the page may take.
const GOAL: f64 = 2.0;
const DEADLINE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let form = std::env::args().skip_while(|arg| arg != "--serve").nth(1);
    program::run("page", async move || {
        match form {
            Some(form) => serve(&form).await,
            None => compare().await,
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn compare() {
    let forms = ["hyper", "page", "site"].map(|form| Again::serve(form, |_| ()).unwrap());
    let [hyper, page, site] = &forms;
    let answers = Answers::read(&api(&TempDir::new().unwrap()).await).await;
    let search = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
        places(SHOWN)
    );
    let (first, states, amenities) = (get_of("/"), get_of(STATES), get_of(AMENITIES));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(Round {
            sent: micros(hyper, &first).await,
            rendered: micros(page, &first).await,
            parts: Parts::measure(&answers),
            whole: micros(site, &first).await,
            lists: micros(site, &states).await + micros(site, &amenities).await,
            search: micros(site, &search).await,
        });
    }
    let ratio = report(&rounds);
    assert!(ratio <= GOAL, "{ratio:.2}");
}

/// Prints where the time goes, and gives how many times that of hyper alone a page takes.
fn report(rounds: &[Round]) -> f64 {
    let part = |one: fn(&Round) -> f64| median(rounds.iter().map(one).collect());
    let table = [
        (
            0,
            "a page with 100 cards, from data that is read already",
            part(|r| r.rendered),
        ),
        (
            1,
            "rendering: the frame and what can be chosen",
            part(|r| r.parts.frame),
        ),
        (
            1,
            "rendering: the cards",
            part(|r| r.parts.page - r.parts.frame),
        ),
        (1, "sending, as hyper alone does it", part(|r| r.sent)),
        (
            1,
            "what remains: routing, the head, memory",
            part(|r| r.rendered - r.sent - r.parts.page),
        ),
        (
            0,
            "the first page, 24 cards, through the API from SQLite",
            part(|r| r.whole),
        ),
        (
            1,
            "the API's states and amenities, asked for alone",
            part(|r| r.lists),
        ),
        (1, "the API's places, asked for alone", part(|r| r.search)),
        (
            1,
            "reading the three answers as JSON",
            part(|r| r.parts.reading),
        ),
        (1, "their tags", part(|r| r.parts.tags)),
        (1, "rendering", part(|r| r.parts.shown)),
    ];
    println!("µs of processor time");
    for (depth, name, micros) in table {
        println!("{micros:>7.1}  {:indent$}{name}", "", indent = 2 * depth);
    }
    let ratio = part(|r| r.rendered / r.sent);
    println!("rendered and sent against sent: {ratio:.2} (goal {GOAL})");
    ratio
}

/// What one round has measured: microseconds of processor time for one request.
struct Round {
    sent: f64,
    rendered: f64,
    parts: Parts,
    whole: f64,
    lists: f64,
    search: f64,
}

fn get_of(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Microseconds of processor time that a request takes of a server.
async fn micros(server: &Again, request: &str) -> f64 {
    let before = cpu_time(server.pid()).unwrap();
    LOAD.run(server.address(), request).await.unwrap();
    let used = cpu_time(server.pid()).unwrap().saturating_sub(before);
    used.as_secs_f64() * 1e6 / LOAD.all() as f64
}

/// Serves until it is killed, and says where.
async fn serve(form: &str) {
    let folder = TempDir::new().unwrap();
    let api = api(&folder).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    match form {
        "hyper" => {
            let page = Answers::read(&api).await.parsed().page().unwrap();
            send(listener, page.into()).await;
        }
        "page" => {
            let parsed: &_ = Box::leak(Box::new(Answers::read(&api).await.parsed()));
            let page = get(async || Html(parsed.page().unwrap()));
            axum::serve(listener, Router::new().route("/", page))
                .await
                .unwrap();
        }
        _ => {
            let pages = web::app(ApiClient::in_process(api.clone(), DEADLINE));
            let site = kit::service::Site::new(pages).with("/api", api);
            axum::serve(listener, site.router()).await.unwrap();
        }
    }
}

/// Sends the same bytes for every request, by hyper alone.
async fn send(listener: TcpListener, page: Bytes) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let page = page.clone();
        tokio::spawn(async move {
            let answer = service_fn(|_| {
                let page = Full::new(page.clone());
                async { Ok::<_, Infallible>(Response::new(page)) }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}
