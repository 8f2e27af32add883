//! Why a server cannot start.

use std::io;
use std::path::PathBuf;

use crate::config::Listen;

/// Why listeners cannot be had. The message is one sentence with the way out.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address that cannot be bound.
    #[error("cannot listen at {address}: {}, or choose another with --{option}", reason(.error))]
    Bind {
        /// The address as configured.
        address: Listen,
        /// The flag it is configured by, without dashes.
        option: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// A socket file that belongs to something else.
    #[error("cannot listen at unix:{}: it is no socket; remove it, or choose another with --{option}", path.display())]
    NoSocket {
        /// The file.
        path: PathBuf,
        /// The flag it is configured by, without dashes.
        option: &'static str,
    },
    /// A socket file that cannot have the mode or the owner that it is to have.
    #[error("cannot set the {option} of unix:{}: {}", path.display(), forbidden(.error, option))]
    Access {
        /// The file.
        path: PathBuf,
        /// The option that asks for it.
        option: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Another socket at an address that has one.
    #[error("cannot listen at {address} once more: {error}; take balance shared")]
    Sibling {
        /// The address, as [`Listeners::addresses`](super::Listeners::addresses) tells it.
        address: String,
        /// What the system said.
        error: io::Error,
    },
    /// A socket handed over by the supervisor that is no listening stream socket.
    #[error("the inherited socket {index} of LISTEN_FDS cannot be used: {error}")]
    Inherited {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        error: io::Error,
    },
    /// A file handed over by the supervisor that cannot be opened.
    #[error("the inherited file {name} of LISTEN_FDS cannot be used: {error}")]
    InheritedFile {
        /// What `LISTEN_FDNAMES` calls it.
        name: String,
        /// What is wrong with it.
        error: io::Error,
    },
    /// The admin listener cannot have a thread of its own.
    #[error(
        "cannot start the thread for metrics and probes: {0}; allow this user more threads or open files"
    )]
    Admin(io::Error),
    /// Signals cannot be listened for.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
}

fn forbidden(error: &io::Error, option: &str) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "permission denied; without the rights of root a file goes to groups of this user only"
                .to_owned()
        }
        _ => format!("{error}; leave {option} out"),
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the address is already in use; stop the program that uses it".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "permission denied; take a port above 1023 or a folder you may write to".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this host has no such address; take one of its own".to_owned()
        }
        _ => format!("{error}; correct it"),
    }
}
