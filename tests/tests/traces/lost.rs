//! A collector that is away.

use crate::traced::{Figures, LIMIT, start};
use rig::{Collector, median};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};

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
    rig::until("nothing queued", LIMIT, async || {
        let figures = Figures::read(&traced).await;
        Ok(figures.queued == 0.0 && figures.ended >= 60.0)
    })
    .await
    .unwrap();
    let figures = Figures::read(&traced).await;
    assert_eq!(figures.exported, 0.0);
    assert_eq!(figures.dropped, figures.ended - figures.queued);
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
}

/// A port whose connections are taken by nobody: the system accepts them, and no byte ever comes back.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
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
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        with.push(heard.time("/api/v1/status").await);
        without.push(unheard.time("/api/v1/status").await);
    }
    let (with, without) = (median(with), median(without));
    assert!(without < with * 2, "{without:?} against {with:?}");
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
