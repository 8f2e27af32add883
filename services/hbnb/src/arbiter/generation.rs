//! A generation: workers of one program under one configuration.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use kit::config::{Common, Settings};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use serde::{Deserialize, Serialize};

use super::options::ArbiterOptions;
use super::sockets::Sockets;

/// The limits by which the master treats workers of a generation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// How long a worker may take until it is ready.
    pub(crate) start: Duration,
    /// How long its runtime may run no task; zero for any time.
    pub(crate) silence: Duration,
    /// How long it goes on accepting once it is to leave.
    pub(crate) delay: Duration,
    /// How long it may take to leave.
    pub(crate) drain: Duration,
    /// When it is renewed; zeros for never.
    pub(crate) max_requests: u64,
    pub(crate) max_age: Duration,
    pub(crate) max_rss: u64,
}

/// What a worker has beyond its own drain to end as a process.
const FAREWELL: Duration = Duration::from_secs(5);
/// What workers do not do themselves: they write to their master, and bind nothing.
const MASTERS: &[&str] = &["error_log", "socket_mode", "socket_owner"];
/// Where no descriptor is that is handed to a worker, see [`spawn`](super::spawn).
pub(crate) const OUT_OF_THE_WAY: i32 = 128;
const TOO_FEW_FILES: &str = "too few files may be open: raise the limit to 256 or more (ulimit -n, or LimitNOFILE= of systemd)";

impl Limits {
    pub(crate) fn of(common: &Common, options: &ArbiterOptions) -> Limits {
        Limits {
            start: options.start_timeout.0 + options.database_wait.0,
            silence: common.watchdog.0,
            delay: common.drain_delay.0,
            drain: common.drain_delay.0
                + common.drain_linger.0
                + common.drain_deadline.0
                + FAREWELL,
            max_requests: options.max_requests,
            max_age: options.max_age.0,
            max_rss: options.max_rss.0,
        }
    }
}

/// A generation. Its workers can be started again for as long as it is there, whatever becomes of the files.
pub(crate) struct Generation {
    pub(crate) number: u64,
    pub(crate) limits: Limits,
    pub(crate) sockets: Arc<Sockets>,
    /// Whether the lines of requests go a way of their own.
    pub(crate) has_access_log: bool,
    /// The values of all options, for its workers to read.
    settings: OwnedFd,
    /// The program.
    program: OwnedFd,
}

impl Generation {
    pub(crate) fn new(
        number: u64,
        settings: &Settings,
        sockets: Arc<Sockets>,
        program: impl AsFd,
    ) -> anyhow::Result<Generation> {
        let (common, options): (Common, ArbiterOptions) = (settings.get()?, settings.get()?);
        Ok(Generation {
            number,
            limits: Limits::of(&common, &options),
            sockets,
            has_access_log: common.access_log.is_some(),
            settings: sealed("hbnb-settings", settings.hand_over(MASTERS).as_bytes())?,
            program: fcntl_dupfd_cloexec(program, OUT_OF_THE_WAY).map_err(|error| match error {
                Errno::INVAL => anyhow::anyhow!(TOO_FEW_FILES),
                error => error.into(),
            })?,
        })
    }

    /// The same generation with other settings, of which its workers have been told.
    pub(crate) fn under(&self, settings: &Settings) -> anyhow::Result<Generation> {
        let (sockets, program) = (self.sockets.clone(), self.program());
        Generation::new(self.number, settings, sockets, program)
    }

    /// A generation of before, with its settings and its program.
    pub(crate) fn adopt(
        number: u64,
        limits: Limits,
        (sockets, has_access_log): (Arc<Sockets>, bool),
        (settings, program): (OwnedFd, OwnedFd),
    ) -> Generation {
        Generation {
            number,
            limits,
            sockets,
            has_access_log,
            settings,
            program,
        }
    }

    pub(crate) fn settings(&self) -> BorrowedFd<'_> {
        self.settings.as_fd()
    }

    pub(crate) fn program(&self) -> BorrowedFd<'_> {
        self.program.as_fd()
    }

    /// The file of the program, by which it can be run although it was replaced or removed.
    pub(crate) fn program_path(&self) -> String {
        format!("/proc/self/fd/{}", self.program.as_raw_fd())
    }
}

/// A text in memory that nobody can change any more.
pub(crate) fn sealed(name: &str, text: &[u8]) -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let mut file = File::from(memfd_create(name, flags)?);
    file.write_all(text)?;
    fcntl_add_seals(
        &file,
        SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE,
    )?;
    Ok(file.into())
}
