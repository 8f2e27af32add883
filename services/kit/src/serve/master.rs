//! The master of a worker, as the worker knows it.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use rustix::process;
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::error::ServeError;
use super::inherited::Inherited;
use crate::board::Board;

/// What a worker has of its master. All of it was handed over.
pub struct Master {
    /// Where the worker notes how it is.
    pub(crate) board: Board,
    /// The values of all options, see [`Settings::handed`](crate::config::Settings::handed).
    pub settings: String,
    /// A pipe at whose other end the master is, for as long as it is there.
    alive: OwnedFd,
}

impl Master {
    /// The master that has handed things over to this process.
    pub fn of(inherited: &Inherited) -> Result<Master, ServeError> {
        let file = |name: &'static str, how: &OpenOptions| match inherited.file(name, how) {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(wrong(name, io::ErrorKind::NotFound.into())),
            Err(error) => Err(error),
        };
        let read = || OpenOptions::new().read(true).clone();
        let settings = file("settings", &read())?;
        let board = file("board", read().write(true))?;
        Ok(Master {
            board: Board::of(board.into()).map_err(|error| wrong("board", error))?,
            settings: whole(&settings).map_err(|error| wrong("settings", error))?,
            alive: file("arbiter", &read())?.into(),
        })
    }

    /// Listens for what ends a worker: from now on, as tasks of the runtime in which this is called.
    pub(super) fn orders(self) -> io::Result<Orders> {
        let orders = Orders::default();
        let alive = Receiver::from_owned_fd(self.alive)?;
        tokio::spawn(Signals::new()?.obey(alive, orders.clone()));
        Ok(orders)
    }
}

/// What a worker was told.
#[derive(Clone, Default)]
pub(super) struct Orders {
    /// To finish what it does and leave.
    pub(super) leave: CancellationToken,
    /// To leave at once.
    pub(super) now: CancellationToken,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    /// Those that mean something to a master only, and must not end a worker.
    _others: [Signal; 5],
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            _others: [
                signal(SignalKind::hangup())?,
                signal(SignalKind::user_defined1())?,
                signal(SignalKind::user_defined2())?,
                signal(SignalKind::from_raw(process::Signal::TTIN.as_raw()))?,
                signal(SignalKind::from_raw(process::Signal::TTOU.as_raw()))?,
            ],
        })
    }

    async fn obey(mut self, alive: Receiver, orders: Orders) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => orders.leave.cancel(),
                () = gone(&alive), if !orders.leave.is_cancelled() => {
                    tracing::warn!("the master is gone");
                    orders.leave.cancel();
                }
                _ = self.interrupt.recv() => orders.now.cancel(),
                _ = self.quit.recv() => orders.now.cancel(),
            }
            if orders.now.is_cancelled() {
                orders.leave.cancel();
            }
        }
    }
}

/// Resolves when nobody holds the other end any more.
async fn gone(alive: &Receiver) {
    // Nobody writes, so it is readable only then.
    let _ = alive.readable().await;
}

fn whole(file: &std::fs::File) -> io::Result<String> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn wrong(name: &'static str, error: io::Error) -> ServeError {
    let name = name.to_owned();
    ServeError::InheritedFile { name, error }
}
