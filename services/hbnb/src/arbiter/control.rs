//! The control socket: HTTP with JSON on a unix socket, for the user of the master and for root.

use std::fs::{File, Permissions, remove_file, set_permissions};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::requests;
use super::state::Master;

/// The path without an option, in the folder in which the master was started.
pub(crate) const DEFAULT: &str = "hbnb.sock";
/// The longest path of a unix socket in bytes (unix(7): 108 with the zero at its end).
const LONGEST: usize = 107;
/// How long a client may take for the head of a request, and the pause after an accept that failed.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(1);

/// The socket, bound.
pub(crate) struct Control {
    path: PathBuf,
    listener: OwnedFd,
}

/// The socket, answered until this is dropped, which removes its file.
pub(crate) struct Answered {
    path: PathBuf,
    _task: AbortOnDropHandle<()>,
}

impl Control {
    /// Binds the socket; none for an empty path, nor where the default one cannot be. A file that was left by a master that
    /// is gone is replaced.
    pub(crate) fn bind(path: &str) -> anyhow::Result<Option<Control>> {
        if path.is_empty() {
            return Ok(None);
        }
        let at = std::path::absolute(path)?;
        if at.as_os_str().len() > LONGEST {
            anyhow::bail!(
                "the option control_socket has the path {}, which is longer than {LONGEST} bytes: give a shorter one",
                at.display()
            );
        }
        match bind(&at) {
            Ok(listener) => Ok(Some(Control {
                path: at,
                listener: listener.into(),
            })),
            Err(error) if path == DEFAULT && is_forbidden(&error) => {
                tracing::warn!(
                    "there is no control socket, because {} cannot be made: {error}; give --control-socket another path",
                    at.display()
                );
                Ok(None)
            }
            Err(error) => anyhow::bail!(
                "the control socket {} cannot be made: {}, or choose another with --control-socket",
                at.display(),
                reason(&error)
            ),
        }
    }

    /// The socket of a master before.
    pub(crate) fn adopt(path: PathBuf, listener: OwnedFd) -> Control {
        Control { path, listener }
    }

    /// Its path, and another descriptor of it.
    pub(crate) fn place(&self) -> io::Result<(PathBuf, OwnedFd)> {
        Ok((self.path.clone(), self.listener.try_clone()?))
    }

    /// Answers from now on, as a task.
    pub(crate) fn answer(self, master: &Arc<Master>) -> io::Result<Answered> {
        let listener = UnixListener::from(self.listener);
        listener.set_nonblocking(true)?;
        let listener = tokio::net::UnixListener::from_std(listener)?;
        let task = tokio::spawn(accept(listener, requests::router(master)));
        Ok(Answered {
            path: self.path,
            _task: AbortOnDropHandle::new(task),
        })
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        if let Err(error) = remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the control socket cannot be removed");
        }
    }
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    let folder = File::open(path.parent().unwrap_or(Path::new("/")))?;
    // Of two masters that start at once one looks first.
    flock(&folder, FlockOperation::LockExclusive)?;
    if let Ok(known) = path.symlink_metadata() {
        if !known.file_type().is_socket() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        match UnixStream::connect(path) {
            Ok(_) => return Err(ErrorKind::AddrInUse.into()),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => remove_file(path)?,
            Err(error) => return Err(error),
        }
    }
    let listener = UnixListener::bind(path)?;
    set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "another hbnb serve answers there; stop it (hbnb stop)".to_owned(),
        ErrorKind::AlreadyExists => "something else has this name; remove it".to_owned(),
        ErrorKind::NotFound => "its folder is not there; make it".to_owned(),
        _ => format!("{error}; correct it"),
    }
}

async fn accept(listener: tokio::net::UnixListener, router: Router) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection to the control socket cannot be accepted");
                sleep(PAUSE).await;
                continue;
            }
        };
        let user = stream.peer_cred().map(|peer| peer.uid());
        if !user
            .as_ref()
            .is_ok_and(|user| *user == 0 || *user == geteuid().as_raw())
        {
            tracing::warn!(
                ?user,
                "somebody else's connection to the control socket is refused"
            );
            continue;
        }
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}
