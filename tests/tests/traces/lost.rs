//! A collector that is away.

use crate::traced::{Figures, LIMIT, start};
use rig::Collector;

#[tokio::test]
async fn lost_collector_is_counted_and_told_once() {
    let collector = Collector::start().await.unwrap();
    let url = collector.url();
    drop(collector);
    let traced = start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "64"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"),
    ])
    .await;
    for _ in 0..300 {
        assert_eq!(traced.ask("/api/v1/status", &[]).await, 200);
    }
    let text = "traces cannot be exported";
    traced.server.until_says(text, LIMIT).await.unwrap();
    rig::until("nothing queued", LIMIT, async || {
        let figures = Figures::read(&traced).await;
        Ok(figures.queued == 0 && figures.ended >= 300)
    })
    .await
    .unwrap();
    let figures = Figures::read(&traced).await;
    assert_eq!(figures.exported, 0);
    assert_eq!(figures.dropped, figures.ended - figures.queued);
    assert_eq!(traced.server.logs().matches(text).count(), 1);
    // It is back.
    let address = url.trim_start_matches("http://");
    let back = Collector::start_at(address).await.unwrap();
    traced.ask("/api/v1/states", &[]).await;
    back.span("GET /api/v1/states").await.unwrap();
    traced
        .server
        .until_says("traces are exported again", LIMIT)
        .await
        .unwrap();
}
