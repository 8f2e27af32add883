//! One listening socket, TCP or unix.

use std::io;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// A listening socket.
pub(super) enum Socket {
    Tcp(TcpListener),
    Unix {
        /// To be removed at the end, if it is ours.
        _file: Option<SocketFile>,
        listener: UnixListener,
    },
}

/// An accepted connection and the name of its peer.
pub(super) enum Accepted {
    Tcp(TcpStream, String),
    Unix(UnixStream),
}

/// A listening socket that no runtime watches.
pub(super) enum Detached {
    Tcp(std::net::TcpListener),
    Unix(Option<SocketFile>, std::os::unix::net::UnixListener),
}

impl Detached {
    /// Has the socket watched by the runtime in which this is called.
    pub(super) fn attach(self) -> io::Result<Socket> {
        Ok(match self {
            Detached::Tcp(listener) => Socket::Tcp(TcpListener::from_std(listener)?),
            Detached::Unix(file, listener) => Socket::Unix {
                _file: file,
                listener: UnixListener::from_std(listener)?,
            },
        })
    }
}

impl Socket {
    /// Takes the socket away from its runtime.
    pub(super) fn detach(self) -> io::Result<Detached> {
        Ok(match self {
            Socket::Tcp(listener) => Detached::Tcp(listener.into_std()?),
            Socket::Unix { _file, listener } => Detached::Unix(_file, listener.into_std()?),
        })
    }

    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Socket::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Fails only on a connection that is gone already, which the first read will tell.
                let _ = stream.set_nodelay(true);
                Ok(Accepted::Tcp(stream, peer.to_string()))
            }
            Socket::Unix { listener, .. } => loop {
                let (stream, _) = listener.accept().await?;
                if is_let_in(&stream) {
                    return Ok(Accepted::Unix(stream));
                }
            },
        }
    }

    /// Such as `http://127.0.0.1:8080` or `unix:/run/hbnb.sock`.
    pub(super) fn address(&self) -> String {
        match self {
            Socket::Tcp(listener) => match listener.local_addr() {
                Ok(address) => format!("http://{address}"),
                Err(error) => error.to_string(),
            },
            Socket::Unix { listener, .. } => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                format!("unix:{}", path.unwrap_or(Path::new("unnamed")).display())
            }
        }
    }
}

/// An abstract socket has no mode that would keep others out, and everybody can read its name: only root and the own user
/// are let in there.
fn is_let_in(stream: &UnixStream) -> bool {
    let at = stream.local_addr();
    let is_abstract = at.is_ok_and(|at| at.as_abstract_name().is_some());
    let users = [0, geteuid().as_raw()];
    !is_abstract
        || stream
            .peer_cred()
            .is_ok_and(|peer| users.contains(&peer.uid()))
}

/// A socket file that is removed when this is dropped. It goes before the listener, so it never names a dead socket.
pub(super) struct SocketFile(pub(super) PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the socket file cannot be removed");
        }
    }
}
