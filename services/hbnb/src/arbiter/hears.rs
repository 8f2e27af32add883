//! What workers tell by themselves, in the protocol of `sd_notify(3)`: that they are ready, why they are not, that they leave.

use std::convert::Infallible;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use rustix::net::sockopt::set_socket_passcred;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, recvmsg};
use rustix::process::Pid;
use tokio::io::Interest;

use super::fleet::Fleet;
use super::spawn::name;
use super::worker::{Life, Worker};

/// More than anybody has to say.
const LONGEST: usize = 4096;

/// Where workers tell.
pub(crate) struct Ear {
    name: String,
    socket: tokio::net::UnixDatagram,
}

impl Ear {
    pub(crate) fn new() -> io::Result<Ear> {
        let name = name("notify");
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
        Ear::adopt(name, socket.into())
    }

    /// The socket of this name.
    pub(crate) fn adopt(name: String, socket: OwnedFd) -> io::Result<Ear> {
        // The kernel says who speaks: the name may be known to others.
        set_socket_passcred(&socket, true)?;
        let socket = UnixDatagram::from(socket);
        socket.set_nonblocking(true)?;
        let socket = tokio::net::UnixDatagram::from_std(socket)?;
        Ok(Ear { name, socket })
    }

    /// Another descriptor of its socket.
    pub(crate) fn descriptor(&self) -> io::Result<OwnedFd> {
        self.socket.as_fd().try_clone_to_owned()
    }

    /// The name of its abstract socket.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Notes what workers tell, for as long as it is polled.
    pub(crate) async fn listen(&self, fleet: &Fleet) -> Infallible {
        loop {
            match self.next().await {
                Ok((pid, text)) => {
                    if let Some(worker) = fleet.worker(pid) {
                        note(fleet, &worker, &text);
                    }
                }
                Err(error) => tracing::warn!(%error, "what a worker tells cannot be read"),
            }
        }
    }

    async fn next(&self) -> io::Result<(Pid, String)> {
        loop {
            let read = || receive(self.socket.as_fd());
            if let Some(told) = self.socket.async_io(Interest::READABLE, read).await? {
                return Ok(told);
            }
        }
    }
}

/// The next message and who sent it; none if it is too long or of nobody.
fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<(Pid, String)>> {
    let mut bytes = [0; LONGEST];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut parts = [IoSliceMut::new(&mut bytes)];
    let message = recvmsg(socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let sender = control.drain().find_map(|part| match part {
        RecvAncillaryMessage::ScmCredentials(sender) => Some(sender.pid),
        _ => None,
    });
    let whole = !message.flags.contains(ReturnFlags::TRUNC);
    let text = String::from_utf8_lossy(&bytes[..message.bytes]).into_owned();
    Ok(sender.filter(|_| whole).map(|pid| (pid, text)))
}

fn note(fleet: &Fleet, worker: &Worker, text: &str) {
    for line in text.lines() {
        match line.split_once('=') {
            Some(("READY", "1")) => worker.turns(Life::Ready),
            Some(("STOPPING", "1")) => worker.turns(Life::Draining),
            Some(("STATUS", status)) => worker.says(status),
            _ => {}
        }
    }
    fleet.tell_change();
}
