//! What a supervisor has handed over by systemd's `LISTEN_FDS` protocol: sockets to accept on, and other files by name.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};

use super::bind::Listeners;
use super::error::ServeError;
use super::socket::Socket;
use crate::config::Env;

/// What `LISTEN_FDNAMES` calls that which no connection is accepted on.
const FILES: [&str; 5] = ["access", "arbiter", "board", "error", "settings"];

/// What was handed to this process, most often nothing. Each is given out once.
pub struct Inherited {
    handed: Mutex<ListenFd>,
    names: Vec<String>,
    /// Those that another program of the same process has left, with their names.
    left: Vec<(String, OwnedFd)>,
}

impl Default for Inherited {
    /// Nothing.
    fn default() -> Inherited {
        Inherited {
            handed: Mutex::new(ListenFd::empty()),
            names: Vec::new(),
            left: Vec::new(),
        }
    }
}

impl Inherited {
    /// Takes all that there is. Call it once, early: it takes `LISTEN_FDS` out of the environment, so that no child believes
    /// to inherit the same.
    pub fn take(env: &Env) -> Inherited {
        if env.get("LISTEN_FDS").is_none() {
            return Inherited::default();
        }
        let names = env.get("LISTEN_FDNAMES").unwrap_or_default();
        Inherited {
            handed: Mutex::new(ListenFd::from_env()),
            names: names.split(':').map(str::to_owned).collect(),
            left: Vec::new(),
        }
    }

    /// Files alone, with their names, that the program has left which was in this process before.
    pub fn left(left: Vec<(String, OwnedFd)>) -> Inherited {
        Inherited {
            left,
            ..Inherited::default()
        }
    }

    /// The file, pipe or device of this name, `access` or `error`. It is opened anew, as `how` says, which the user of this
    /// process must be allowed to: so it has modes of its own, whatever those are that the supervisor has it open with.
    pub fn file(&self, name: &str, how: &OpenOptions) -> Result<Option<File>, ServeError> {
        let opened = match self.left.iter().find(|(given, _)| given == name) {
            Some((_, file)) => anew(file.as_raw_fd(), how).map(Some),
            None => self.handed_file(name, how),
        };
        let name = name.to_owned();
        opened.map_err(|error| ServeError::InheritedFile { name, error })
    }

    fn handed_file(&self, name: &str, how: &OpenOptions) -> io::Result<Option<File>> {
        let Some(index) = self.names.iter().position(|given| given == name) else {
            return Ok(None);
        };
        let Some(number) = self.handed().take_raw_fd(index)? else {
            return Ok(None);
        };
        let file = anew(number, how)?;
        // No child may have it.
        close(number);
        Ok(Some(file))
    }

    /// The main and the admin listeners: the latter are called `admin`, the former as anybody likes.
    pub fn sockets(&self) -> Result<(Listeners, Listeners), ServeError> {
        let (mut main, mut admin) = (Vec::new(), Vec::new());
        let mut handed = self.handed();
        for index in 0..handed.len() {
            let name = self.names.get(index).map_or("", String::as_str);
            let group = match name {
                "admin" => &mut admin,
                name if FILES.contains(&name) => continue,
                _ => &mut main,
            };
            let socket = socket(&mut handed, index);
            group.push(socket.map_err(|error| ServeError::Inherited { index, error })?);
        }
        Ok((Listeners(main), Listeners(admin)))
    }

    fn handed(&self) -> MutexGuard<'_, ListenFd> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn anew(number: RawFd, how: &OpenOptions) -> io::Result<File> {
    how.open(format!("/proc/self/fd/{number}"))
}

#[expect(
    unsafe_code,
    reason = "a number becomes an open file: that it is this process's own is the protocol"
)]
fn close(number: RawFd) {
    // SAFETY: it is open, as it was opened anew just now, and each number that was handed over is taken once.
    drop(unsafe { OwnedFd::from_raw_fd(number) });
}

fn socket(handed: &mut ListenFd, index: usize) -> io::Result<Socket> {
    if let Ok(Some(listener)) = handed.take_unix_listener(index) {
        listener.set_nonblocking(true)?;
        let listener = UnixListener::from_std(listener)?;
        return Ok(Socket::Unix {
            _file: None,
            listener,
        });
    }
    match handed.take_tcp_listener(index)? {
        Some(listener) => {
            listener.set_nonblocking(true)?;
            Ok(Socket::Tcp(TcpListener::from_std(listener)?))
        }
        None => Err(io::ErrorKind::NotFound.into()),
    }
}
