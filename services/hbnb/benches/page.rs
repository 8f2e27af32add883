//! A page with 100 cards: rendered for each request from data that is read already, against hyper sending the same bytes.
//! Then the whole way of the first page, through the API from SQLite, and how much of it are the API's answers.
//!
//! `cargo bench --package hbnb --bench page`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use api::Manners;
use axum::Router;
use axum::body::Body;
use axum::response::Html;
use axum::routing::get;
use bytes::Bytes;
use domain::{Options, Store, demo};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kit::program;
use rig::Load;
use rig::process::{cpu_time, end};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;
use web::ApiClient;
use web::testing::Parsed;

const LOAD: Load = Load {
    connections: 8,
    requests: 50,
};
const ROUNDS: usize = 11;
const CARDS: u32 = 100;
/// How much more processor time the page may take.
const GOAL: f64 = 2.0;
const STATES: &str = "/api/v1/states?include=cities&sort=name&limit=1000";
const AMENITIES: &str = "/api/v1/amenities?sort=name&limit=1000";
const PARTS: &str = "include=amenities,city,review_count,state,user&sort=name";
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
    let forms = ["hyper", "page", "site"].map(Contender::start);
    let [hyper, page, site] = &forms;
    let first = "/";
    let mut ratios = Vec::new();
    let (mut hyper_used, mut page_used) = (Vec::new(), Vec::new());
    let (mut whole, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (sent, rendered) = (hyper.micros(first).await, page.micros(first).await);
        ratios.push(rendered / sent);
        hyper_used.push(sent);
        page_used.push(rendered);
        whole.push(site.micros(first).await);
        answers.push(site.micros(STATES).await + site.micros(AMENITIES).await);
    }
    let [sent, rendered, whole, lists] = [hyper_used, page_used, whole, answers].map(median);
    println!(
        "a page with {CARDS} cards: {rendered:.0} µs of processor time, hyper alone {sent:.0} µs"
    );
    println!(
        "the first page through the API from SQLite: {whole:.0} µs, of which states and amenities, asked for alone, {lists:.0} µs"
    );
    let ratio = median(ratios);
    println!("rendered against sent: {ratio:.2} (goal {GOAL})");
    assert!(ratio <= GOAL, "{ratio:.2}");
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A server in a process of its own.
struct Contender {
    child: Child,
    address: SocketAddr,
}

impl Contender {
    fn start(form: &str) -> Contender {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--serve", form])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap();
        Contender { child, address }
    }

    /// Microseconds of processor time that a request takes.
    async fn micros(&self, path: &str) -> f64 {
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let before = cpu_time(self.child.id()).unwrap();
        LOAD.run(self.address, &request).await.unwrap();
        let used = cpu_time(self.child.id()).unwrap().saturating_sub(before);
        used.as_secs_f64() * 1e6 / (LOAD.connections * LOAD.requests) as f64
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Serves until it is killed, and says where.
async fn serve(form: &str) {
    let folder = TempDir::new().unwrap();
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
    let api = api::app(store, manners);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    match form {
        "hyper" => send(listener, parsed(&api).await.page().unwrap().into()).await,
        "page" => {
            let parsed: &Parsed = Box::leak(Box::new(parsed(&api).await));
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

async fn parsed(api: &Router) -> Parsed {
    let places = format!("/api/v1/places_search?limit={CARDS}&{PARTS}");
    let read = async |method: &str, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from("{}"));
        let answer = api.clone().oneshot(request.unwrap()).await.unwrap();
        answer.into_body().collect().await.unwrap().to_bytes()
    };
    let (states, amenities) = (read("GET", STATES).await, read("GET", AMENITIES).await);
    Parsed::read(&states, &amenities, &read("POST", &places).await).unwrap()
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
