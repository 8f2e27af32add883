//! The signals that a master obeys.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use kit::telemetry;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::state::{Master, Stop};

/// All of them, heard from the moment this is made. Those that are in no table below are not meant for a master, and must
/// not end it.
pub(crate) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    more: Signal,
    fewer: Signal,
    reopen: Signal,
    upgrade: Signal,
    children: Option<Signal>,
    abort: Signal,
}

impl Signals {
    pub(crate) fn new() -> io::Result<Signals> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            more: numbered(rustix::process::Signal::TTIN)?,
            fewer: numbered(rustix::process::Signal::TTOU)?,
            reopen: signal(SignalKind::user_defined1())?,
            upgrade: signal(SignalKind::user_defined2())?,
            children: Some(signal(SignalKind::child())?),
            abort: numbered(rustix::process::Signal::ABORT)?,
        })
    }

    /// The signal that a child has ended.
    pub(crate) fn take_children(&mut self) -> io::Result<Signal> {
        match self.children.take() {
            Some(children) => Ok(children),
            None => signal(SignalKind::child()),
        }
    }

    /// Does what they say, for as long as it is polled.
    pub(crate) async fn obey(&mut self, master: &Arc<Master>) -> Infallible {
        loop {
            tokio::select! {
                _ = self.hangup.recv() => master.reload_later(),
                _ = self.terminate.recv() => master.stop(Stop::Drain),
                _ = self.interrupt.recv() => master.stop(Stop::Soon),
                _ = self.quit.recv() => master.stop(Stop::Now),
                _ = self.more.recv() => master.scale_later(1),
                _ = self.fewer.recv() => master.scale_later(-1),
                // Workers write to their master.
                _ = self.reopen.recv() => telemetry::reopen(),
                _ = self.upgrade.recv() => master.upgrade_later(),
                _ = self.abort.recv() => tracing::warn!("SIGABRT is for workers"),
            }
        }
    }
}

fn numbered(which: rustix::process::Signal) -> io::Result<Signal> {
    signal(SignalKind::from_raw(which.as_raw()))
}
