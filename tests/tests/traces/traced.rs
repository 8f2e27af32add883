//! A server whose traces are looked at.

use rig::http::{get, send};
use rig::{Binary, Server};
use std::time::Duration;
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
    let server = Server::start(&binary, &["serve", "--no-demo"], &all, folder.path());
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
}

/// The metrics of spans.
pub(crate) struct Figures {
    pub(crate) ended: u64,
    pub(crate) exported: u64,
    pub(crate) queued: u64,
    pub(crate) dropped: u64,
}

impl Figures {
    pub(crate) async fn read(traced: &Traced) -> Figures {
        let text = get(traced.server.admin(), "/metrics").await.unwrap();
        let text = text.text().into_owned();
        let sum = |name: &str| {
            let lines = text.lines().filter(|line| line.starts_with(name));
            let values = lines.map(|line| line.rsplit(' ').next().unwrap());
            values.map(|value| value.parse::<u64>().unwrap()).sum()
        };
        Figures {
            ended: sum("trace_spans_ended_total "),
            exported: sum("trace_spans_exported_total "),
            queued: sum("trace_spans_queued "),
            dropped: sum("trace_spans_dropped_total{"),
        }
    }
}
