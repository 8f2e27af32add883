//! The slots of a fleet.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Fleet;
use crate::arbiter::begin::works;
use crate::arbiter::generation::Generation;
use crate::arbiter::slot::{self, Failure, Order, dismiss};
use crate::arbiter::sockets::Address;
use crate::arbiter::worker::{Life, Worker};

impl Fleet {
    /// Opens slots until there are so many, or closes the last ones. Each has a worker of the current generation started.
    pub(crate) fn resize(&self, slots: usize) {
        let (now, generation, closed) = {
            let mut state = self.state();
            let now = state.slots.len();
            let closed = state.slots.split_off(slots.min(now));
            (now, state.generation.clone(), closed)
        };
        for number in now..slots {
            let orders = slot::open(self, number, generation.clone(), None);
            self.state().slots.push(orders);
        }
        for orders in closed {
            // A slot that has ended has closed.
            let _ = orders.send(Order::Close);
        }
        self.tell_change();
    }

    /// The addresses that are bound: those of the generation in force, and others that workers still have which leave.
    pub(crate) fn addresses(&self) -> Vec<Arc<Address>> {
        let mut all = self.generation().sockets.all().to_vec();
        for worker in self.workers() {
            all.extend_from_slice(worker.generation.sockets.all());
        }
        all
    }

    /// Has the sockets that slots have of their own shared out among so many from now on.
    pub(crate) fn share_among(&self, slots: usize) {
        self.state().sharing = Some(slots);
    }

    /// Has them shared out among all again.
    pub(crate) fn share_among_all(&self) {
        self.state().sharing = None;
    }

    /// Among how many slots they are shared out.
    pub(crate) fn sharing(&self) -> usize {
        let state = self.state();
        state.sharing.unwrap_or(state.slots.len())
    }

    /// The process of each slot's worker; none where it is being started again.
    pub(crate) fn by_slot(&self) -> Vec<Option<i32>> {
        let workers = self.workers();
        let mine = |slot| {
            let mut mine = workers.iter().filter(|worker| worker.slot == slot);
            mine.rfind(|worker| worker.life() != Life::Draining)
                .map(|worker| worker.pid())
        };
        (0..self.slots()).map(mine).collect()
    }

    /// Takes a worker over that another program has started. Of one that starts or leaves is seen to it that it does.
    pub(crate) fn adopt(&self, worker: &Arc<Worker>) {
        self.state().workers.insert(worker.pid(), worker.clone());
        worker.pass_on();
        match worker.life() {
            Life::Draining => dismiss(self, worker.clone()),
            Life::Starting => {
                let worker = worker.clone();
                // What it wrote last is in the log, and its slot has another begin.
                tokio::spawn(async move { works(&worker, false).await });
            }
            Life::Ready | Life::Ended(_) => {}
        }
    }

    /// Opens the next slot with the worker that it has already, if it has one.
    pub(crate) fn open(&self, worker: Option<Arc<Worker>>) {
        let number = self.slots();
        let generation = worker
            .as_ref()
            .map_or_else(|| self.generation(), |worker| worker.generation.clone());
        let orders = slot::open(self, number, generation, worker);
        self.state().slots.push(orders);
        self.tell_change();
    }

    /// Has a worker of this generation take over in a slot.
    pub(crate) async fn renew(
        &self,
        slot: usize,
        generation: &Arc<Generation>,
    ) -> Result<(), Failure> {
        let (done, result) = oneshot::channel();
        let order = Order::Renew(generation.clone(), done);
        let orders = self.state().slots.get(slot).cloned();
        let gone = || Failure {
            reason: format!("slot {} was closed meanwhile", slot + 1),
            lines: Vec::new(),
        };
        let sent = orders.is_some_and(|orders| orders.send(order).is_ok());
        match sent {
            true => result.await.unwrap_or_else(|_| Err(gone())),
            false => Err(gone()),
        }
    }

    /// Lets one at a time renew workers.
    pub(crate) async fn surge(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.surge.lock().await
    }

    /// What new workers belong to from now on.
    pub(crate) fn set_generation(&self, generation: Arc<Generation>) {
        self.state().generation = generation;
        self.tell_change();
    }
}
