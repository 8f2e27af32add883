//! The orders to stop, SIGTERM and SIGINT, and the one to open the files of the log anew, SIGUSR1.

use std::future::pending;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal as listen};

use crate::telemetry::reopen;

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

/// From now on SIGUSR1 does not end the process. It must be called inside the runtime.
pub(crate) fn hear_reopen() -> io::Result<()> {
    listen(SignalKind::user_defined1()).map(drop)
}

/// Opens the files of the log anew on each SIGUSR1, for as long as it is polled.
pub(super) async fn reopen_logs() {
    match listen(SignalKind::user_defined1()) {
        Ok(mut asked) => {
            while asked.recv().await.is_some() {
                reopen();
            }
        }
        Err(error) => tracing::error!(%error, "SIGUSR1 cannot be listened for"),
    }
    pending::<()>().await;
}
