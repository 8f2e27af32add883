//! Starting a worker: the same program once more, with the sockets and all else that it needs as open files.

use std::io::{self, pipe};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use command_fds::{CommandFdExt, FdMapping};
use kit::board::Board;
use kit::telemetry::Log;
use rustix::process::Pid;

use super::events::Events;
use super::generation::{Generation, OUT_OF_THE_WAY};
use super::output::Output;
use super::worker::{Life, Parts, Worker};

/// The first descriptor that is handed over (`SD_LISTEN_FDS_START` of sd-daemon(3)).
const FIRST: i32 = 3;
/// What the program is asked for.
pub(crate) const COMMAND: &str = "worker";

/// Starts a worker for a slot of so many. `notify` is where it tells that it is ready.
pub(crate) fn spawn(
    generation: &Arc<Generation>,
    (slot, slots): (usize, usize),
    notify: &str,
    events: &Events,
) -> io::Result<Arc<Worker>> {
    let board = Board::new()?;
    let (alive_here, alive_there) = pipe()?;
    let (output_here, output_there) = pipe()?;
    let door = name("admin");
    let mut files = Files::default();
    for socket in generation.sockets.share(slot, slots)? {
        files.add("main", socket);
    }
    files.add("admin", listen(&door)?);
    files.add("arbiter", alive_here.into());
    files.add("board", owned(&board)?);
    let access = match generation.has_access_log {
        true => Some(files.access()?),
        false => None,
    };
    files.add("settings", generation.settings().try_clone_to_owned()?);
    let mut command = Command::new(generation.program_path());
    command
        .arg0(format!(
            "hbnb[{}] generation {}",
            slot + 1,
            generation.number
        ))
        .arg(COMMAND)
        .stdin(Stdio::null())
        .stdout(output_there.try_clone()?)
        .stderr(output_there)
        // What a terminal sends to the group in its foreground is for the master, which decides.
        .process_group(0)
        .env("NOTIFY_SOCKET", format!("@{notify}"));
    for variable in ["LISTEN_PID", "WATCHDOG_USEC", "WATCHDOG_PID"] {
        command.env_remove(variable);
    }
    files.hand_to(&mut command)?;
    // It is reaped by number, as all children are.
    let child = command.spawn()?;
    let output = Output::of(output_here.into(), Log::Error)?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("a process without a number"))?;
    Ok(Worker::new(Parts {
        pid,
        slot,
        generation: generation.clone(),
        begun: SystemTime::now(),
        board,
        door,
        output,
        access,
        alive: alive_there.into(),
        life: Life::Starting,
        events: events.clone(),
    }))
}

/// Open files with their names, in the order in which they are handed over.
#[derive(Default)]
struct Files {
    names: Vec<&'static str>,
    mappings: Vec<FdMapping>,
}

impl Files {
    fn add(&mut self, name: &'static str, file: OwnedFd) {
        let place = i32::try_from(self.names.len()).unwrap_or(i32::MAX - FIRST);
        self.names.push(name);
        self.mappings.push(FdMapping {
            parent_fd: file,
            child_fd: FIRST + place,
        });
    }

    /// A pipe for the lines of requests.
    fn access(&mut self) -> io::Result<Output> {
        let (here, there) = pipe()?;
        self.add("access", there.into());
        Output::of(here.into(), Log::Access)
    }

    fn hand_to(self, command: &mut Command) -> io::Result<()> {
        let most = usize::try_from(OUT_OF_THE_WAY - FIRST).unwrap_or_default();
        if self.names.len() > most {
            let message = format!(
                "it would be handed {} open files, and {most} are the most: have fewer addresses",
                self.names.len()
            );
            return Err(io::Error::other(message));
        }
        command
            .env("LISTEN_FDS", self.names.len().to_string())
            .env("LISTEN_FDNAMES", self.names.join(":"))
            .fd_mappings(self.mappings)
            .map_err(io::Error::other)?;
        Ok(())
    }
}

fn owned(file: &impl std::os::fd::AsFd) -> io::Result<OwnedFd> {
    file.as_fd().try_clone_to_owned()
}

/// A name for an abstract unix socket (unix(7)) that nobody guesses.
pub(crate) fn name(what: &str) -> String {
    format!(
        "hbnb/{what}/{:016x}{:016x}",
        fastrand::u64(..),
        fastrand::u64(..)
    )
}

fn listen(name: &str) -> io::Result<OwnedFd> {
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
    Ok(listener.into())
}
