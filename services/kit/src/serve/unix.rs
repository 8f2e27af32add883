//! Binding a unix socket for those who may connect to it.

use std::fs::{Permissions, remove_file, set_permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, Uid, chownat, fstat, openat};
use tokio::net::UnixSocket;

use super::bind::BACKLOG;
use super::error::ServeError;
use super::socket::{Socket, SocketFile};
use crate::config::{SocketAccess, SocketOwner};

/// A socket that has its file and does not listen yet: nobody can connect to it, whatever the file allows.
pub(super) struct Quiet {
    file: SocketFile,
    socket: UnixSocket,
}

impl Quiet {
    /// Binds a path, on which no living socket may be.
    pub(super) fn bind(path: &Path) -> io::Result<Quiet> {
        if path.exists() {
            match UnixStream::connect(path) {
                Ok(_) => return Err(io::ErrorKind::AddrInUse.into()),
                // A process that was killed has left its file behind.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    remove_file(path)?;
                }
                Err(error) => return Err(error),
            }
        }
        let socket = UnixSocket::new_stream()?;
        socket.bind(path)?;
        Ok(Quiet {
            file: SocketFile(path.to_owned()),
            socket,
        })
    }

    /// Gives the file its mode and its owner, before anybody can connect.
    pub(super) fn give(&self, access: &SocketAccess) -> Result<(), ServeError> {
        let failed = |option, error: io::Error| ServeError::Access {
            path: self.file.0.clone(),
            option,
            error,
        };
        if let Some(mode) = access.mode {
            let set = self.set_mode(mode.0);
            set.map_err(|error| failed("socket_mode", error))?;
        }
        if let Some(owner) = access.owner {
            let set = self.set_owner(owner);
            set.map_err(|error| failed("socket_owner", error))?;
        }
        Ok(())
    }

    /// Lets them connect.
    pub(super) fn listen(self) -> io::Result<Socket> {
        Ok(Socket::Unix {
            _file: Some(self.file),
            listener: self.socket.listen(BACKLOG)?,
        })
    }

    fn set_mode(&self, mode: u32) -> io::Result<()> {
        let file = self.handle()?;
        // chmod(2) knows no handle of this kind, but for this name of it.
        let name = format!("/proc/self/fd/{}", file.as_raw_fd());
        set_permissions(name, Permissions::from_mode(mode))
    }

    fn set_owner(&self, owner: SocketOwner) -> io::Result<()> {
        let (user, group) = (
            owner.user.map(Uid::from_raw),
            owner.group.map(Gid::from_raw),
        );
        Ok(chownat(
            self.handle()?,
            c"",
            user,
            group,
            AtFlags::EMPTY_PATH,
        )?)
    }

    /// The file itself: who else may write to its folder must not lead this process to another file by its name.
    fn handle(&self) -> io::Result<rustix::fd::OwnedFd> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(CWD, &self.file.0, flags, Mode::empty())?;
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::Socket => Ok(file),
            _ => Err(io::Error::other("somebody has put another file there")),
        }
    }
}

pub(super) fn is_other_file(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| !metadata.file_type().is_socket())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixStream;

    use super::Quiet;
    use crate::config::{SocketAccess, SocketMode};

    const OPEN: SocketAccess = SocketAccess {
        mode: Some(SocketMode(0o777)),
        owner: None,
    };

    #[tokio::test]
    async fn nobody_connects_before_the_file_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let refused = || UnixStream::connect(&path).unwrap_err().kind();
        let quiet = Quiet::bind(&path).unwrap();
        assert_eq!(refused(), ErrorKind::ConnectionRefused);
        quiet.give(&OPEN).unwrap();
        assert_eq!(refused(), ErrorKind::ConnectionRefused);
        let _listens = quiet.listen().unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[tokio::test]
    async fn no_other_file_is_opened_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let (path, secret) = (folder.path().join("a.sock"), folder.path().join("secret"));
        std::fs::write(&secret, "").unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        let quiet = Quiet::bind(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        symlink(&secret, &path).unwrap();
        let said = quiet.give(&OPEN).unwrap_err().to_string();
        assert!(said.ends_with("somebody has put another file there; leave socket_mode out"));
        let mode = std::fs::metadata(&secret).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
