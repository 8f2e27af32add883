//! Binding the addresses of the configuration.

use std::io;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

use super::error::ServeError;
use super::inherited::Inherited;
use super::socket::Socket;
use super::unix::{Quiet, is_other_file};
use crate::config::{Listen, Listens, SocketAccess};

/// How many connections may wait to be accepted, if the kernel allows as many (`net.core.somaxconn`).
pub const BACKLOG: u32 = 1024;

/// Whether a socket shares its address with others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Siblings {
    None,
    Allowed,
}

/// Bound sockets. They queue connections from now on, to be answered once a [`Serve`](super::Serve) runs.
pub struct Listeners(pub(super) Vec<Socket>);

/// Binds the main listeners and the admin listener, files of unix sockets with this access. Sockets inherited by `LISTEN_FDS`
/// replace those configured: one that `LISTEN_FDNAMES` calls `admin` is the admin listener, all others are main listeners.
pub async fn bind(
    main: &Listens,
    admin: &Listen,
    access: &SocketAccess,
    inherited: &Inherited,
) -> Result<(Listeners, Listeners), ServeError> {
    let (mut mains, mut admins) = inherited.sockets()?;
    if mains.0.is_empty() {
        mains = Listeners::bind(main, "bind", access).await?;
    }
    if admins.0.is_empty() {
        let admin = Listens(vec![admin.clone()]);
        admins = Listeners::bind(&admin, "admin-bind", access).await?;
    }
    Ok((mains, admins))
}

impl Listeners {
    /// Binds each of the addresses; `option` is the flag that a message tells to change, without its dashes. `access` is for
    /// unix sockets.
    pub async fn bind(
        listens: &Listens,
        option: &'static str,
        access: &SocketAccess,
    ) -> Result<Listeners, ServeError> {
        Listeners::bind_as(listens, option, (access, Siblings::None)).await
    }

    /// The same, and other sockets of this user may join those of TCP at their addresses (`SO_REUSEPORT`).
    pub async fn bind_for_siblings(
        listens: &Listens,
        option: &'static str,
        access: &SocketAccess,
    ) -> Result<Listeners, ServeError> {
        Listeners::bind_as(listens, option, (access, Siblings::Allowed)).await
    }

    async fn bind_as(
        listens: &Listens,
        option: &'static str,
        (access, siblings): (&SocketAccess, Siblings),
    ) -> Result<Listeners, ServeError> {
        let mut sockets = Vec::with_capacity(listens.0.len());
        for listen in &listens.0 {
            let bound = match listen {
                Listen::Tcp { host, port } => tcp(host, *port, siblings).await,
                Listen::Unix(path) if is_other_file(path) => {
                    return Err(ServeError::NoSocket {
                        path: path.clone(),
                        option,
                    });
                }
                Listen::Unix(path) => match Quiet::bind(path) {
                    Ok(quiet) => {
                        quiet.give(access)?;
                        quiet.listen()
                    }
                    Err(error) => Err(error),
                },
            };
            sockets.push(bound.map_err(|error| ServeError::Bind {
                address: listen.clone(),
                option,
                error,
            })?);
        }
        Ok(Listeners(sockets))
    }

    /// Where these listen, such as `http://127.0.0.1:8080` or `unix:/run/hbnb.sock`; a port 0 shows as the real port.
    pub fn addresses(&self) -> Vec<String> {
        self.0.iter().map(Socket::address).collect()
    }
}

async fn tcp(host: &str, port: u16, siblings: Siblings) -> io::Result<Socket> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((host, port)).await? {
        match tcp_at(address, siblings) {
            Ok(listener) => return Ok(Socket::Tcp(listener)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) fn tcp_at(address: std::net::SocketAddr, siblings: Siblings) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    if siblings == Siblings::Allowed {
        socket.set_reuseport(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
