//! The main listening sockets, which the master holds for as long as it lives.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kit::config::{Common, Listen, Listens, SocketAccess};
use kit::serve::{Bound, Listeners, ServeError};

use super::options::Balance;

/// The sockets of a configuration. Another one that has addresses in common with it has their sockets in common too.
pub(crate) struct Sockets(Vec<Arc<Address>>);

/// An address with its sockets.
pub(crate) struct Address {
    /// None if a supervisor handed its one socket over.
    pub(crate) listen: Option<Listen>,
    /// Whether each slot has a socket of its own here.
    pub(crate) is_apart: bool,
    /// One, or as many as there have ever been slots: none is closed while connections may wait there.
    bound: Mutex<Vec<Bound>>,
}

impl Sockets {
    /// Binds the addresses for so many slots.
    pub(crate) async fn bind(
        common: &Common,
        balance: Balance,
        slots: usize,
    ) -> anyhow::Result<Sockets> {
        let none = Sockets(Vec::new());
        none.rebind(&[], common, balance, slots).await
    }

    /// Sockets that a supervisor has bound.
    pub(crate) fn handed(bound: Vec<Bound>) -> Sockets {
        let address = |bound| Arc::new(Address::new(None, false, vec![bound]));
        Sockets(bound.into_iter().map(address).collect())
    }

    pub(crate) fn of(addresses: Vec<Arc<Address>>) -> Sockets {
        Sockets(addresses)
    }

    pub(crate) fn all(&self) -> &[Arc<Address>] {
        &self.0
    }

    /// The sockets of another configuration: those of addresses that are `there`, and new ones. What a supervisor has bound
    /// stands for whatever is configured.
    pub(crate) async fn rebind(
        &self,
        there: &[Arc<Address>],
        common: &Common,
        balance: Balance,
        slots: usize,
    ) -> anyhow::Result<Sockets> {
        if self.0.iter().any(|address| address.listen.is_none()) {
            return Ok(Sockets(self.0.clone()));
        }
        let mut all = Vec::new();
        let access = common.socket_access();
        for listen in &common.bind.0 {
            let known = there
                .iter()
                .find(|address| address.listen.as_ref() == Some(listen));
            all.push(match known {
                Some(address) => address.clone(),
                None => Arc::new(bind(listen, &access, balance).await?),
            });
        }
        let sockets = Sockets(all);
        sockets.reserve(slots)?;
        Ok(sockets)
    }

    /// Sees to it that there are sockets for so many slots.
    pub(crate) fn reserve(&self, slots: usize) -> Result<(), ServeError> {
        for address in self.0.iter().filter(|address| address.is_apart) {
            let mut bound = address.bound();
            while let Some(first) = bound.first().filter(|_| bound.len() < slots) {
                let sibling = first.sibling()?;
                bound.push(sibling);
            }
        }
        Ok(())
    }

    /// Copies for the worker of a slot, from 0, of so many slots. Somebody has each socket.
    pub(crate) fn share(&self, slot: usize, slots: usize) -> io::Result<Vec<OwnedFd>> {
        let mut share = Vec::new();
        for address in &self.0 {
            let (first, step) = if address.is_apart {
                (slot, slots.max(1))
            } else {
                (0, 1)
            };
            for bound in address.bound().iter().skip(first).step_by(step) {
                share.push(bound.descriptor()?);
            }
        }
        Ok(share)
    }

    /// Whether slots have sockets of their own.
    pub(crate) fn are_apart(&self) -> bool {
        self.0.iter().any(|address| address.is_apart)
    }

    /// Gives up all that this process holds: nobody can connect any more once workers have closed theirs.
    pub(crate) fn close(&self) {
        for address in &self.0 {
            address.bound().clear();
        }
    }

    /// How many sockets there are for slots, at the most at one address.
    pub(crate) fn most_apart(&self) -> usize {
        let apart = self.0.iter().filter(|address| address.is_apart);
        apart
            .map(|address| address.bound().len())
            .max()
            .unwrap_or(0)
    }

    /// Where they listen, each address once.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let first = |address: &Arc<Address>| Some(address.bound().first()?.address().to_owned());
        self.0.iter().filter_map(first).collect()
    }
}

impl Address {
    pub(crate) fn new(listen: Option<Listen>, is_apart: bool, bound: Vec<Bound>) -> Address {
        Address {
            listen,
            is_apart,
            bound: Mutex::new(bound),
        }
    }

    pub(crate) fn bound(&self) -> MutexGuard<'_, Vec<Bound>> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn bind(listen: &Listen, access: &SocketAccess, balance: Balance) -> anyhow::Result<Address> {
    let is_apart = balance == Balance::Slots && matches!(listen, Listen::Tcp { .. });
    let listens = Listens(vec![listen.clone()]);
    let listeners = match is_apart {
        false => Listeners::bind(&listens, "bind", access).await?,
        true => Listeners::bind_for_siblings(&listens, "bind", access).await?,
    };
    let bound = listeners.release()?;
    Ok(Address::new(Some(listen.clone()), is_apart, bound))
}
