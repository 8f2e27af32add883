//! A collector that is away.

use crate::traced::{Figures, LIMIT, Traced, start};
use rig::{Collector, median};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};

/// Rounds of requests, by turns to a server whose collector is there and to one whose is not.
const ROUNDS: usize = 15;
const EACH: usize = 20;

#[tokio::test]
async fn lost_collector_is_counted_and_told_once() {
    // Bound and not listening: connections are refused, and nobody else gets the port.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "64"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"),
        // A batch is tried again within this time.
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
    ])
    .await;
    for _ in 0..60 {
        assert_eq!(traced.ask("/api/v1/status", &[]).await, 200);
    }
    let text = "traces cannot be exported";
    traced.server.until_says(text, LIMIT).await.unwrap();
    let away = at_rest(&traced, 60.0).await;
    assert_eq!((away.exported, away.dropped), (0.0, away.ended));
    assert_eq!(traced.server.logs().matches(text).count(), 1);
    // It is back.
    let back = Collector::on(socket.listen(64).unwrap()).unwrap();
    traced.ask("/api/v1/states", &[]).await;
    back.span("GET /api/v1/states").await.unwrap();
    traced
        .server
        .until_says("traces are exported again", LIMIT)
        .await
        .unwrap();
    let now = at_rest(&traced, away.ended + 1.0).await;
    assert_eq!(now.exported, back.spans().len() as f64);
    assert_eq!(now.dropped, now.ended - now.exported - now.queued);
    assert!(now.dropped >= away.dropped, "{now:?}");
}

/// The figures when so many spans have ended and none is on its way.
async fn at_rest(traced: &Traced, ended: f64) -> Figures {
    rig::until("no span is queued", LIMIT, async || {
        let figures = Figures::read(traced).await;
        Ok(figures.queued == 0.0 && figures.ended >= ended)
    })
    .await
    .unwrap();
    Figures::read(traced).await
}

/// A port whose connections are taken by nobody: the system accepts them, and no byte ever comes back.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// How much longer requests to the one server take than those to the other: in the middle of each round, and of all rounds.
async fn ratio(one: &Traced, other: &Traced) -> f64 {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for _ in 0..EACH {
            own.push(one.time("/api/v1/status").await);
            others.push(other.time("/api/v1/status").await);
        }
        ratios.push(median(own).div_duration_f64(median(others)));
    }
    ratios.sort_by(f64::total_cmp);
    ratios[ROUNDS / 2]
}

#[tokio::test]
async fn silent_collector_holds_nothing_up() {
    let (_listener, silent) = silent().await;
    let collector = Collector::start().await.unwrap();
    let (url, endpoint) = (collector.url(), "OTEL_EXPORTER_OTLP_ENDPOINT");
    let envs = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "64"),
        ("HBNB_DRAIN_LINGER", "0"),
    ];
    let mut heard = start(&[envs[0], envs[1], (endpoint, &url)]).await;
    let mut unheard = start(&[envs[0], envs[1], (endpoint, &silent)]).await;
    let ratio = ratio(&unheard, &heard).await;
    assert!(ratio < 1.5, "requests take {ratio:.2} times as long");
    // At rest: nobody asks, and the one export waits for its time to pass.
    let figures = Figures::read(&unheard).await;
    assert_eq!(figures.exported, 0.0);
    assert!(figures.dropped > 100.0, "{figures:?}");
    assert_eq!(
        figures.dropped,
        figures.ended - figures.queued,
        "{figures:?}"
    );
    let asked = Instant::now();
    unheard.server.terminate().unwrap();
    assert!(unheard.server.wait(LIMIT).await.unwrap().success());
    // Two seconds are for the spans; the rest is the machine's.
    assert!(
        asked.elapsed() < Duration::from_secs(4),
        "{:?}",
        asked.elapsed()
    );
    heard.server.terminate().unwrap();
    assert!(heard.server.wait(LIMIT).await.unwrap().success());
}
