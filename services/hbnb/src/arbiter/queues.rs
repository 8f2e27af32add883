//! How many connections wait to be accepted, as the kernel has it.

mod sock_diag;

use std::collections::{BTreeMap, HashMap};
use std::fs::read_to_string;
use std::io;
use std::os::fd::AsFd;

use kit::serve::{BACKLOG, Bound};
use rustix::fs::fstat;
use rustix::net::AddressFamily;
use rustix::net::sockopt::socket_domain;

use super::sockets::Sockets;
use sock_diag::Kernel;
pub(crate) use sock_diag::Queue;

/// The queue of each address, all of its sockets together.
pub(crate) fn by_address(sockets: &Sockets) -> io::Result<BTreeMap<String, Queue>> {
    let mut look = Look::new()?;
    let mut queues = BTreeMap::<String, Queue>::new();
    for address in sockets.all() {
        for bound in address.bound().iter() {
            if let Some(queue) = look.at(bound)? {
                let all = queues.entry(bound.address().to_owned()).or_default();
                all.length += queue.length;
                all.limit += queue.limit;
            }
        }
    }
    Ok(queues)
}

/// Warns if the kernel keeps fewer connections waiting than it was asked to, or does not tell how many wait. What a supervisor
/// has bound is its own affair.
pub(crate) fn warn(sockets: &Sockets) {
    match shortest(sockets) {
        Ok(Some((address, limit))) if limit < BACKLOG => tracing::warn!(
            address,
            limit,
            "fewer connections can wait than the {BACKLOG} that were asked for: raise net.core.somaxconn"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(
            %error,
            "the kernel does not tell how many connections wait: there are no metrics of listen queues"
        ),
    }
}

fn shortest(sockets: &Sockets) -> io::Result<Option<(String, u32)>> {
    let mut look = Look::new()?;
    let mut limits = Vec::new();
    let all = sockets.all().iter();
    for address in all.filter(|address| address.listen.is_some()) {
        for bound in address.bound().iter() {
            let queue = look.at(bound)?;
            limits.extend(queue.map(|queue| (bound.address().to_owned(), queue.limit)));
        }
    }
    Ok(limits.into_iter().min_by_key(|(_, limit)| *limit))
}

/// How many connections the kernel has dropped before they could be accepted, at any socket of the network namespace.
pub(crate) fn drops() -> Option<u64> {
    drops_in(&read_to_string("/proc/self/net/netstat").ok()?)
}

/// `ListenDrops` of `proc_pid_net(5)`: names in one line, their figures in the next. Overflows of the queue are among them.
fn drops_in(text: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, figures) = (lines.next()?, lines.next()?);
    let mut pairs = names.split(' ').zip(figures.split(' '));
    let (_, figure) = pairs.find(|(name, _)| *name == "ListenDrops")?;
    figure.parse().ok()
}

/// One look at some sockets: of TCP, all of a family are told at once.
struct Look {
    kernel: Kernel,
    tcp: HashMap<AddressFamily, HashMap<u64, Queue>>,
}

impl Look {
    fn new() -> io::Result<Look> {
        Ok(Look {
            kernel: Kernel::new()?,
            tcp: HashMap::new(),
        })
    }

    fn at(&mut self, bound: &Bound) -> io::Result<Option<Queue>> {
        let socket = bound.as_fd();
        let (family, inode) = (socket_domain(socket)?, fstat(socket)?.st_ino);
        if family == AddressFamily::UNIX {
            return self.kernel.unix(inode);
        }
        if let Some(queues) = self.tcp.get(&family) {
            return Ok(queues.get(&inode).copied());
        }
        let queues = self.kernel.tcp(family)?;
        let queue = queues.get(&inode).copied();
        self.tcp.insert(family, queues);
        Ok(queue)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kit::config::{Listen, Listens, SocketAccess};
    use kit::serve::{BACKLOG, Listeners};
    use tokio::net::TcpStream;

    use super::{Queue, by_address, drops, drops_in, shortest};
    use crate::arbiter::sockets::{Address, Sockets};

    /// Sockets at one address, as many as slots.
    async fn apart(slots: usize) -> Sockets {
        let listen: Listen = "127.0.0.1:0".parse().unwrap();
        let (listens, access) = (Listens(vec![listen.clone()]), SocketAccess::default());
        let bound = Listeners::bind_for_siblings(&listens, "bind", &access).await;
        let bound = bound.unwrap().release().unwrap();
        let sockets = Sockets::of(vec![Arc::new(Address::new(Some(listen), true, bound))]);
        sockets.reserve(slots).unwrap();
        sockets
    }

    #[tokio::test]
    async fn sockets_of_an_address_are_one_queue() {
        let sockets = apart(3).await;
        let [address] = &sockets.addresses()[..] else {
            panic!("one address");
        };
        let one = shortest(&sockets).unwrap().unwrap().1;
        assert!((1..=BACKLOG).contains(&one), "{one}");
        let mut waiting = Vec::new();
        for _ in 0..5 {
            let connected = TcpStream::connect(address.trim_start_matches("http://"));
            waiting.push(connected.await.unwrap());
        }
        let wanted = Queue {
            length: 5,
            limit: 3 * one,
        };
        assert_eq!(by_address(&sockets).unwrap()[address], wanted);
    }

    #[test]
    fn drops_of_the_namespace() {
        let text = "IpExt: ListenDrops\nIpExt: 9\nTcpExt: A ListenOverflows ListenDrops B\nTcpExt: 1 2 3 4\n";
        assert_eq!(drops_in(text), Some(3));
        assert_eq!(drops_in("TcpExt: A ListenDrops\nTcpExt: 1\n"), None);
        assert!(drops().is_some());
    }
}
