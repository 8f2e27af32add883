//! What the kernel tells of listening sockets, by `sock_diag(7)`. It looks through those alone, however many connections
//! there are.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, netlink, recv, send,
    socket_with,
};

/// A queue of connections that wait to be accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queue {
    pub(crate) length: u32,
    /// The most that may wait.
    pub(crate) limit: u32,
}

/// Of `linux/netlink.h` and `linux/sock_diag.h`: what a message is, what is asked for, and the length of its head.
const ERROR: u16 = 2;
const DONE: u16 = 3;
const BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;
const ACKNOWLEDGE: u16 = 4;
const DUMP: u16 = 0x300;
const HEAD: usize = 16;
/// Of `linux/unix_diag.h`: the figures of the queue are wanted, and in which attribute they come.
const SHOW_QUEUE: u32 = 0x10;
const QUEUE: u16 = 4;
/// The state of a socket that listens (`TCP_LISTEN`), for unix sockets too.
const LISTEN: u32 = 10;
/// The length of `struct inet_diag_sockid`.
const SOCKET_ID: usize = 48;
/// The most that the kernel sends at once, in bytes.
const MOST: usize = 32 * 1024;

/// Where the kernel is asked.
pub(super) struct Kernel(OwnedFd);

impl Kernel {
    pub(super) fn new() -> io::Result<Kernel> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (family, kind) = (AddressFamily::NETLINK, SocketType::DGRAM);
        Ok(Kernel(socket_with(
            family,
            kind,
            flags,
            Some(netlink::SOCK_DIAG),
        )?))
    }

    /// The queues of all TCP sockets of a family (IPv4 or IPv6) that listen, by the numbers of their inodes.
    pub(super) fn tcp(&self, family: AddressFamily) -> io::Result<HashMap<u64, Queue>> {
        // `struct inet_diag_req_v2`: the family, the protocol, what else to tell, the states, and whose.
        let mut request = byte(family)?.to_vec();
        request.extend(ipproto::TCP.as_raw().get().to_ne_bytes()[..1].iter());
        request.extend([0, 0]);
        request.extend((1_u32 << LISTEN).to_ne_bytes());
        request.extend([0; SOCKET_ID]);
        let mut queues = HashMap::new();
        self.ask(DUMP, &request, |told| queues.extend(of_tcp(told)))?;
        Ok(queues)
    }

    /// The queue of the unix socket with this inode.
    pub(super) fn unix(&self, inode: u64) -> io::Result<Option<Queue>> {
        // `struct unix_diag_req`: the family, the states, the inode, what to tell, and no cookie.
        let mut request = byte(AddressFamily::UNIX)?.to_vec();
        request.extend([0; 3]);
        let inode = u32::try_from(inode).map_err(io::Error::other)?;
        for word in [1 << LISTEN, inode, SHOW_QUEUE, u32::MAX, u32::MAX] {
            request.extend(word.to_ne_bytes());
        }
        let mut queue = None;
        self.ask(ACKNOWLEDGE, &request, |told| queue = of_unix(told))?;
        Ok(queue)
    }

    /// Sends a request, and gives each message of the answer to `take`.
    fn ask(&self, flags: u16, request: &[u8], mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let length = u32::try_from(HEAD + request.len()).map_err(io::Error::other)?;
        // `struct nlmsghdr`: the length, the kind, the flags, a number of the request and one of its sender.
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(BY_FAMILY.to_ne_bytes());
        message.extend((REQUEST | flags).to_ne_bytes());
        message.extend([0; 8]);
        message.extend(request);
        send(&self.0, &message, SendFlags::empty())?;
        let mut bytes = vec![0; MOST];
        loop {
            let (length, _) = recv(&self.0, &mut bytes[..], RecvFlags::empty())?;
            let mut rest = &bytes[..length];
            while let Some((kind, told, next)) = message_of(rest) {
                match kind {
                    ERROR | DONE => return outcome(told),
                    _ => take(told),
                }
                rest = next;
            }
        }
    }
}

fn byte(family: AddressFamily) -> io::Result<[u8; 1]> {
    let number = u8::try_from(family.as_raw()).map_err(io::Error::other)?;
    Ok([number])
}

/// The kind of the first message, what it tells, and the bytes behind it.
fn message_of(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = usize::try_from(word(bytes, 0)?).ok()?;
    let kind = half(bytes, 4)?;
    let told = bytes.get(HEAD..length)?;
    let next = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((kind, told, next))
}

/// An error has a number below 0 in front; what is well has 0.
fn outcome(told: &[u8]) -> io::Result<()> {
    match word(told, 0).map(u32::cast_signed) {
        Some(number) if number < 0 => Err(io::Error::from_raw_os_error(-number)),
        _ => Ok(()),
    }
}

/// Of a `struct inet_diag_msg` the inode and the queue.
fn of_tcp(told: &[u8]) -> Option<(u64, Queue)> {
    let after = 4 + SOCKET_ID;
    let queue = Queue {
        length: word(told, after + 4)?,
        limit: word(told, after + 8)?,
    };
    Some((word(told, after + 16)?.into(), queue))
}

/// The attribute of the queue, behind a `struct unix_diag_msg`.
fn of_unix(told: &[u8]) -> Option<Queue> {
    let mut rest = told.get(16..)?;
    loop {
        let (length, kind) = (usize::from(half(rest, 0)?), half(rest, 2)?);
        if kind == QUEUE {
            return Some(Queue {
                length: word(rest, 4)?,
                limit: word(rest, 8)?,
            });
        }
        // An attribute without even a head would be read for ever.
        rest = rest.get(length.max(4).next_multiple_of(4)..)?;
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_ne_bytes(bytes))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::{UnixListener, UnixStream};

    use rustix::fs::fstat;
    use rustix::net::{AddressFamily, listen};

    use super::{Kernel, Queue, message_of, of_tcp, of_unix, outcome};

    fn inode(socket: impl AsFd) -> u64 {
        fstat(socket).unwrap().st_ino
    }

    #[test]
    fn who_waits_at_a_tcp_socket() {
        for (address, family) in [
            ("127.0.0.1:0", AddressFamily::INET),
            ("[::1]:0", AddressFamily::INET6),
        ] {
            let listener = TcpListener::bind(address).unwrap();
            listen(&listener, 7).unwrap();
            let address = listener.local_addr().unwrap();
            let _waiting = [(); 3].map(|()| TcpStream::connect(address).unwrap());
            let queue = |length| Queue { length, limit: 7 };
            let queues = Kernel::new().unwrap().tcp(family).unwrap();
            assert_eq!(queues.get(&inode(&listener)), Some(&queue(3)));
            listener.accept().unwrap();
            let queues = Kernel::new().unwrap().tcp(family).unwrap();
            assert_eq!(queues.get(&inode(&listener)), Some(&queue(2)));
        }
    }

    #[test]
    fn who_waits_at_a_unix_socket() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        listen(&listener, 5).unwrap();
        let _waiting = [(); 2].map(|()| UnixStream::connect(&path).unwrap());
        let kernel = Kernel::new().unwrap();
        let queue = kernel.unix(inode(&listener)).unwrap();
        let wanted = Queue {
            length: 2,
            limit: 5,
        };
        assert_eq!(queue, Some(wanted));
    }

    #[test]
    fn a_socket_that_is_not_there() {
        let file = tempfile::tempfile().unwrap();
        let kernel = Kernel::new().unwrap();
        let error = kernel.unix(inode(file)).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_cut_off_says_nothing() {
        let bytes: Vec<u8> = [20, 0, 0, 0, 20, 0].into_iter().chain([0; 14]).collect();
        assert!(message_of(&bytes).is_some());
        assert_eq!(message_of(&bytes[..19]), None);
        assert_eq!((of_tcp(&[0; 71]), of_unix(&[0; 18])), (None, None));
        // Attributes of no length, one behind the other.
        assert_eq!(of_unix(&[0; 40]), None);
        assert!(outcome(&[]).is_ok() && outcome(&(-1_i32).to_ne_bytes()).is_err());
    }
}
