//! Sockets handed over by a supervisor: systemd's `LISTEN_FDS` protocol.

use std::io;

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};

use super::bind::Listeners;
use super::error::ServeError;
use super::socket::Socket;
use crate::config::Env;

/// The inherited main and admin listeners, none if nothing was handed to this process.
pub(super) fn take(env: &Env) -> Result<(Listeners, Listeners), ServeError> {
    let (mut main, mut admin) = (Vec::new(), Vec::new());
    if env.get("LISTEN_FDS").is_some() {
        let mut handed = ListenFd::from_env();
        let names: Vec<&str> = env
            .get("LISTEN_FDNAMES")
            .unwrap_or_default()
            .split(':')
            .collect();
        for index in 0..handed.len() {
            let socket = socket(&mut handed, index)
                .map_err(|error| ServeError::Inherited { index, error })?;
            let group = if names.get(index) == Some(&"admin") {
                &mut admin
            } else {
                &mut main
            };
            group.push(socket);
        }
    }
    Ok((Listeners(main), Listeners(admin)))
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
