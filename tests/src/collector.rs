//! A collector of traces: takes OTLP over HTTP and over gRPC on one port, and keeps what it gets.

mod answer;
mod span;

pub use span::Span;

use crate::process::until;
use anyhow::{Context, Result};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const LIMIT: Duration = Duration::from_secs(20);

/// Dropping it closes its port and its connections.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Kept,
    _tasks: JoinSet<()>,
}

type Kept = Arc<Mutex<Vec<Span>>>;

impl Collector {
    /// Listens on a free port of loopback.
    pub async fn start() -> Result<Self> {
        Self::on(TcpListener::bind("127.0.0.1:0").await?)
    }

    /// Takes the connections of this listener.
    pub fn on(listener: TcpListener) -> Result<Self> {
        let address = listener.local_addr()?;
        let kept = Kept::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&kept)));
        Ok(Self {
            address,
            kept,
            _tasks: tasks,
        })
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans that came so far.
    pub fn spans(&self) -> Vec<Span> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    /// Waits for the first span of this name.
    pub async fn span(&self, name: &str) -> Result<Span> {
        let found = || self.spans().into_iter().find(|span| span.name == name);
        until(name, LIMIT, async || Ok(found().is_some()))
            .await
            .with_context(|| format!("there came {:#?}", self.spans()))?;
        found().context("it was there a moment ago")
    }
}

async fn accept(listener: TcpListener, kept: Kept) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&kept);
        connections.spawn(async move {
            let service =
                hyper::service::service_fn(|request| answer::take(request, Arc::clone(&kept)));
            let builder = auto::Builder::new(TokioExecutor::new());
            // The exporter goes when it likes.
            let _ = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
