//! A server whose traces are looked at.

use rig::http::send;
use rig::{Binary, Server};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A server on a SQLite file of its own. Spans leave soon.
pub(crate) struct Traced {
    pub(crate) server: Server,
    _folder: TempDir,
}

pub(crate) async fn start(envs: &[(&str, &str)]) -> Traced {
    let folder = TempDir::new().unwrap();
    let binary = Binary::named("hbnb").unwrap();
    let mut all = vec![
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("HBNB_DRAIN_DELAY", "0"),
        ("HBNB_LOG_FORMAT", "json"),
    ];
    all.extend(envs);
    let server = Server::start(
        &binary,
        &["serve", "--no-demo", "--workers", "1"],
        &all,
        folder.path(),
    );
    Traced {
        server: server.await.unwrap(),
        _folder: folder,
    }
}

impl Traced {
    pub(crate) async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        let base = self.server.base();
        let reply = send(base, "GET", path, headers, None, LIMIT).await;
        reply.unwrap().status
    }

    /// How long an answer takes.
    pub(crate) async fn time(&self, path: &str) -> Duration {
        let asked = Instant::now();
        assert_eq!(self.ask(path, &[]).await, 200);
        asked.elapsed()
    }
}

/// The metrics of spans.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) ended: f64,
    pub(crate) exported: f64,
    pub(crate) queued: f64,
    pub(crate) dropped: f64,
}

impl Figures {
    pub(crate) async fn read(traced: &Traced) -> Figures {
        let metrics = traced.server.scrape().await.unwrap();
        Figures {
            ended: metrics.sum("trace_spans_ended_total"),
            exported: metrics.sum("trace_spans_exported_total"),
            queued: metrics.sum("trace_spans_queued"),
            dropped: metrics.sum("trace_spans_dropped_total"),
        }
    }
}
