//! Real signals, sent to a process of its own.

use std::future::ready;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kit::admin::{self, Health};
use kit::config::Env;
use kit::notify::Notifier;
use kit::serve::{Clocks, Outcome, Serve, ServeError, signal};
use tokio::net::TcpStream;

use crate::server::{Client, LONG, drain, listeners};

/// Starts `serves` below in a process of its own, and tells where it listens.
fn start(delay: &str) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "signals::serves", "--nocapture"])
        .env("HBNB_TEST_DELAY", delay)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("http://")?.1.to_owned()));
    (child, address.unwrap())
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Whether the process ended as the variable told it to.
async fn ended_well(mut child: Child) -> bool {
    tokio::task::spawn_blocking(move || child.wait())
        .await
        .unwrap()
        .unwrap()
        .success()
}

#[tokio::test]
async fn first_drains() {
    for signal in ["-TERM", "-INT"] {
        let (child, address) = start("0");
        Client(TcpStream::connect(&address).await.unwrap())
            .get("/", "hello")
            .await;
        send(signal, &child);
        assert!(ended_well(child).await);
    }
}

#[tokio::test]
async fn second_interrupts() {
    let (child, address) = start("60");
    send("-INT", &child);
    loop {
        let answer = Client(TcpStream::connect(&address).await.unwrap())
            .get("/", "hello")
            .await;
        if answer.contains("connection: close") {
            break;
        }
    }
    send("-TERM", &child);
    assert!(ended_well(child).await);
}

/// Does its work in the processes that `start` starts only.
#[tokio::test]
async fn serves() {
    let env = Env::read();
    let Some(delay) = env.get("HBNB_TEST_DELAY") else {
        return;
    };
    let delay = Duration::from_secs(delay.parse().unwrap());
    let health = Health::new();
    let main = listeners("127.0.0.1:0").await;
    let shutdown = signal();
    println!("\nlistening at {}", main.addresses()[0]);
    let router = kit::layers::apply(
        Router::new().route("/", get(async || "hello")),
        &health,
        &Default::default(),
    );
    let serve = Serve {
        main,
        admin: listeners("127.0.0.1:0").await,
        admin_router: admin::router(&health, None, &admin::Live::default()),
        faults: None,
        health,
        drain: drain(delay, Duration::ZERO, LONG),
        clocks: Clocks::default(),
        connection_limit: 0.into(),
        notifier: Notifier::default(),
        board: None,
    };
    let outcome = serve
        .run(ready(Ok::<_, ServeError>(router)), shutdown)
        .await
        .unwrap();
    let wanted = if delay.is_zero() {
        Outcome::Drained
    } else {
        Outcome::Interrupted
    };
    assert_eq!(outcome, wanted);
}
