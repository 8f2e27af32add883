//! The orders to stop: SIGTERM and SIGINT.

use std::future::pending;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal as listen};

/// Both signals, heard from the moment this is made.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next of the two.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Resolves on the next SIGTERM or SIGINT after this call. It must be called inside the runtime.
pub fn signal() -> impl Future<Output = ()> + Send {
    let signals = Signals::new();
    async move {
        match signals {
            Ok(mut signals) => signals.next().await,
            Err(error) => {
                tracing::error!(%error, "SIGTERM and SIGINT cannot be listened for");
                pending::<()>().await;
            }
        }
    }
}
