//! Sockets that a master holds for its workers.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use rustix::net::sockopt::socket_domain;
use rustix::net::{AddressFamily, getsockname};

use super::bind::{Listeners, Siblings, tcp_at};
use super::error::ServeError;
use super::socket::{Detached, SocketFile};

/// A listening socket that nobody in this process accepts from. Its file, if it has one, goes with it.
pub struct Bound {
    address: String,
    file: Option<SocketFile>,
    socket: OwnedFd,
}

impl Listeners {
    /// Gives the sockets away, each with its address, see [`Listeners::addresses`].
    pub fn release(self) -> io::Result<Vec<Bound>> {
        let release = |socket: super::Socket| {
            let address = socket.address();
            let (file, socket) = match socket.detach()? {
                Detached::Tcp(listener) => (None, listener.into()),
                Detached::Unix(file, listener) => (file, listener.into()),
            };
            Ok(Bound {
                address,
                file,
                socket,
            })
        };
        self.0.into_iter().map(release).collect()
    }
}

impl Bound {
    /// A socket that was bound before, by this very process or another; `file` is removed at its end.
    pub fn adopt(address: String, file: Option<PathBuf>, socket: OwnedFd) -> Bound {
        let file = file.map(SocketFile);
        Bound {
            address,
            file,
            socket,
        }
    }

    /// Such as `http://127.0.0.1:8080` or `unix:/run/hbnb.sock`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The file that is removed at the end of this, if there is one.
    pub fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref().map(|file| &file.0)
    }

    /// Another socket at the same address, between which and this one the kernel spreads connections
    /// ([`Listeners::bind_for_siblings`] allows it).
    pub fn sibling(&self) -> Result<Bound, ServeError> {
        let bind = || {
            let address = getsockname(&self.socket)?;
            let address = SocketAddr::try_from(address)?;
            tcp_at(address, Siblings::Allowed)?.into_std()
        };
        let socket = bind().map_err(|error| ServeError::Sibling {
            address: self.address.clone(),
            error,
        })?;
        Ok(Bound::adopt(self.address.clone(), None, socket.into()))
    }

    /// Another descriptor of the socket.
    pub fn descriptor(&self) -> io::Result<OwnedFd> {
        self.socket.try_clone()
    }

    /// Other descriptors of these sockets, as listeners of the runtime in which this is called.
    pub fn listen_all(all: &[Bound]) -> io::Result<Listeners> {
        let listen = |bound: &Bound| {
            let socket = bound.descriptor()?;
            let socket = match socket_domain(&socket)? {
                AddressFamily::UNIX => Detached::Unix(None, UnixListener::from(socket)),
                _ => Detached::Tcp(socket.into()),
            };
            socket.attach()
        };
        let sockets = all.iter().map(listen).collect::<io::Result<_>>();
        Ok(Listeners(sockets?))
    }
}

impl AsFd for Bound {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
