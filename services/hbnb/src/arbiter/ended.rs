//! The life of a worker, and its end: how it came, and why.

use std::fmt;

use nix::sys::signal::Signal;
use rustix::process::WaitStatus;

use super::worker::Worker;

/// Where a worker is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Starting,
    Ready,
    Draining,
    Ended(Ended),
}

impl Life {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Life::Starting => "starting",
            Life::Ready => "ready",
            Life::Draining => "draining",
            Life::Ended(_) => "ended",
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) how: How,
    pub(crate) cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Exit(i32),
    Signal(i32),
}

/// Why a worker ended, as the metrics tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It was asked to, or ended by itself with 0.
    Asked,
    /// It ended by itself with an error.
    Exit,
    /// A signal that nobody here sent.
    Signal,
    /// The kernel wanted its memory.
    Oom,
    /// It ran no task for too long.
    Stuck,
    /// It was not ready in time.
    Start,
    /// It did not leave in time.
    Drain,
}

impl Cause {
    pub(crate) const ALL: [Cause; 7] = [
        Cause::Asked,
        Cause::Exit,
        Cause::Signal,
        Cause::Oom,
        Cause::Stuck,
        Cause::Start,
        Cause::Drain,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Cause::Asked => "asked",
            Cause::Exit => "exit",
            Cause::Signal => "signal",
            Cause::Oom => "oom",
            Cause::Stuck => "stuck",
            Cause::Start => "start",
            Cause::Drain => "drain",
        }
    }
}

impl How {
    pub(crate) fn of(status: WaitStatus) -> How {
        match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => How::Exit(code),
            (None, signal) => How::Signal(signal.unwrap_or_default()),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Exit(code) => write!(f, "exit code {code}"),
            How::Signal(number) => match Signal::try_from(*number) {
                Ok(signal) => write!(f, "signal {number} ({signal})"),
                Err(_) => write!(f, "signal {number}"),
            },
        }
    }
}

/// Tells of a worker's end, and of each request that was cut off by it.
pub(crate) fn tell_end(worker: &Worker, how: How, cause: Cause) {
    let pid = worker.pid();
    let (flights, in_flight) = (worker.board.flights(), worker.board.told().in_flight);
    match cause {
        Cause::Asked => tracing::info!(pid, "{worker} has left"),
        // Who waits for it to become ready tells, or it has told itself.
        Cause::Exit if worker.life() == Life::Starting => {
            tracing::debug!(pid, "{worker} ended with {how}");
        }
        Cause::Oom => tracing::error!(
            pid,
            "{worker} was killed by the kernel, which wanted its memory: give the service more of it, or fewer workers"
        ),
        _ => tracing::error!(
            pid,
            cause = cause.label(),
            in_flight,
            "{worker} ended with {how}"
        ),
    }
    let unnamed = in_flight.saturating_sub(flights.len() as u64);
    if unnamed > 0 {
        tracing::error!(
            pid,
            "{unnamed} requests more were cut off, whose names there was no room for"
        );
    }
    for flight in flights {
        let age_ms = flight.age.as_secs_f64() * 1e3;
        let (method, path, request_id) = (flight.method, flight.path, flight.request_id);
        tracing::error!(target: "http", method, path, request_id, age_ms, pid, aborted = true, "cut off by the end of its worker");
    }
}
