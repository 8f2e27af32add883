//! What the middleware costs: processor time per request of `GET /api/v1/status`, behind the whole stack with its log in
//! JSON to a file, against the bare router on the same server; and with traces of a tenth of the requests, against none.
//!
//! The bare router is the API without the kit's stack. On both sides stand what the API puts around its own routes (CORS, the
//! catching of panics, the guard of the token) and kit's server with the clocks of its connections. The goals are for the
//! stack. What the whole costs against a router of one route, and kit's server against axum's, is told without a goal.
//!
//! `cargo bench --package hbnb-api --bench middleware`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use std::fs::{self, File};
use std::process::ExitCode;
use std::time::Duration;

use api::{Manners, app};
use axum::Router;
use axum::http::header;
use axum::routing::get;
use domain::{Options, Store};
use kit::admin::{self, Health};
use kit::config::{Env, Listens, LogFormat, Size, SocketAccess};
use kit::layers::{self, Terms, TimeLimits};
use kit::notify::Notifier;
use kit::program;
use kit::serve::{Clocks, Drain, Inherited, Serve, bind, signal};
use kit::telemetry::{self, Service};
use rig::process::cpu_time;
use rig::{Again, Collector, Load};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What is asked in a round.
const LOAD: Load = Load::kept(16, 1_000);
const ROUNDS: usize = 20;
/// What the ratios may be.
const STACK_GOAL: f64 = 1.4;
const TRACED_GOAL: f64 = 1.15;
const REQUEST: &str =
    "GET /api/v1/status HTTP/1.1\r\nHost: h\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

fn main() -> ExitCode {
    let form = std::env::args().skip_while(|arg| arg != "--serve").nth(1);
    program::run("middleware", async move || {
        match form {
            Some(form) => serve(&form).await,
            None => compare().await,
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn compare() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::start().await.unwrap();
    let endpoint = collector.url();
    let traces = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.1"),
    ];
    let start = |form, envs| Contender::start(form, envs, &folder);
    let mut all = [
        start("route", &[]),
        start("axum", &[]),
        start("bare", &[]),
        start("stack", &[]),
        start("traced", &traces),
    ];
    for round in 0..=ROUNDS {
        for contender in &mut all {
            contender.run(round > 0).await;
        }
    }
    for contender in &all {
        let used = median(contender.rounds.iter().map(Duration::as_secs_f64));
        let each = used * 1e6 / LOAD.all() as f64;
        println!(
            "{}: {each:.1} µs of processor time a request",
            contender.form
        );
    }
    let [route, axum, bare, stack, traced] = &all;
    let lines = fs::read_to_string(folder.path().join("stack.log")).unwrap();
    assert_eq!(lines.lines().count(), (ROUNDS + 1) * LOAD.all());
    assert!(!collector.spans().is_empty());
    println!("our server against axum's: {:.2}", bare.against(axum));
    println!("the whole against one route: {:.2}", stack.against(route));
    judge(
        "the stack against the bare router",
        stack.against(bare),
        STACK_GOAL,
    );
    judge(
        "traces of 10 % against none",
        traced.against(stack),
        TRACED_GOAL,
    );
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn judge(what: &str, ratio: f64, goal: f64) {
    println!("{what}: {ratio:.2} (goal {goal})");
    assert!(ratio <= goal, "{what}: {ratio:.2}");
}

/// A server in a process of its own.
struct Contender {
    form: &'static str,
    server: Again,
    /// The processor time of each round.
    rounds: Vec<Duration>,
}

impl Contender {
    fn start(form: &'static str, envs: &[(&str, &str)], folder: &TempDir) -> Contender {
        let log = File::create(folder.path().join(form).with_extension("log")).unwrap();
        let server = Again::serve(form, |command| {
            command.envs(envs.iter().copied()).stderr(log);
        });
        Contender {
            form,
            server: server.unwrap(),
            rounds: Vec::new(),
        }
    }

    async fn run(&mut self, counts: bool) {
        let before = cpu_time(self.server.pid()).unwrap();
        LOAD.run(self.server.address(), REQUEST).await.unwrap();
        if counts {
            let used = cpu_time(self.server.pid()).unwrap().saturating_sub(before);
            self.rounds.push(used);
        }
    }

    /// Round by round, so that what else the machine has to do hits both; of these ratios the one in the middle.
    fn against(&self, other: &Contender) -> f64 {
        let rounds = self.rounds.iter().zip(&other.rounds);
        median(rounds.map(|(own, other)| own.div_duration_f64(*other)))
    }
}

/// Serves until it is killed, and says where.
async fn serve(form: &str) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bench.db");
    let options = Options::new(format!("sqlite:{}", file.display()));
    let store = Store::open(&options).await.unwrap();
    let manners = Manners {
        body_limit: 1 << 20,
        token: None,
        cors_origins: "*".to_owned(),
    };
    let router = match form {
        "route" => one_route(),
        _ => app(store, manners),
    };
    if form == "axum" {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        axum::serve(listener, router).await.unwrap();
        return;
    }
    let service = Service {
        name: "bench",
        version: "0",
    };
    telemetry::start_traced(
        &"info".parse().unwrap(),
        LogFormat::Json,
        &Env::read(),
        service,
    )
    .unwrap();
    let health = Health::new();
    let router = match form {
        "route" | "bare" => router,
        _ => layers::apply(router, &health, &terms()),
    };
    serve_with(router, health).await;
}

/// Answers as the API does, and has nothing around it.
fn one_route() -> Router {
    let json = [(header::CONTENT_TYPE, "application/json")];
    let status = async move || (json, "{\"status\":\"OK\"}\n");
    Router::new().route("/api/v1/status", get(status))
}

/// The defaults of the options.
fn terms() -> Terms {
    Terms {
        request_limit: 512.into(),
        body_memory: Size(8 << 20).into(),
        time_limits: TimeLimits {
            request: Duration::from_secs(60),
            stream: Duration::from_secs(15 * 60),
        },
        ..Terms::default()
    }
}

async fn serve_with(router: Router, health: Health) {
    let any: Listens = "127.0.0.1:0".parse().unwrap();
    let (main, admin) = bind(
        &any,
        &any.0[0],
        &SocketAccess::default(),
        &Inherited::default(),
    )
    .await
    .unwrap();
    println!("{}", main.addresses()[0]);
    let drain = Drain {
        delay: Duration::ZERO,
        linger: Duration::ZERO,
        deadline: Duration::ZERO,
    };
    let serve = Serve {
        main,
        admin,
        admin_router: admin::router(&health, None, &admin::Live::default()),
        faults: None,
        health,
        drain,
        clocks: Clocks::default(),
        connection_limit: 0.into(),
        notifier: Notifier::default(),
        board: None,
    };
    let router = async { Ok::<_, kit::serve::ServeError>(router) };
    let _ = serve.run(router, signal()).await.unwrap();
}
