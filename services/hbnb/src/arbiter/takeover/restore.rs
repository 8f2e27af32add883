//! A master from its description.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context;
use kit::board::Board;
use kit::config::Listen;
use kit::serve::Bound;
use kit::telemetry::Log;
use rustix::process::Pid;

use super::adopt;
use super::kept::{Kept, KeptAddress, KeptBound, KeptGeneration, KeptLife, KeptOutput, KeptWorker};
use crate::arbiter::control::Control;
use crate::arbiter::events::Events;
use crate::arbiter::generation::Generation;
use crate::arbiter::hears::Ear;
use crate::arbiter::merge::Totals;
use crate::arbiter::output::Output;
use crate::arbiter::pending::Pending;
use crate::arbiter::sockets::{Address, Sockets};
use crate::arbiter::worker::{Life, Parts, Worker};

/// What a master is made of, taken over.
pub(crate) struct Restored {
    pub(crate) ear: Ear,
    pub(crate) control: Option<Control>,
    pub(crate) admin: Vec<Bound>,
    pub(crate) generation: Arc<Generation>,
    /// The worker of each slot.
    pub(crate) slots: Vec<Option<Arc<Worker>>>,
    pub(crate) workers: Vec<Arc<Worker>>,
    pub(crate) ended: Totals,
    pub(crate) upgrades: u64,
    /// Since 1970.
    pub(crate) in_force_since: Duration,
    pub(crate) events: Events,
    pub(crate) is_drained: bool,
    pub(crate) pending: Pending,
}

/// Takes over all that is described.
pub(crate) fn restore(kept: Kept) -> anyhow::Result<Restored> {
    let addresses = kept.addresses.into_iter().map(address);
    let addresses: Vec<Arc<Address>> = addresses.collect::<anyhow::Result<_>>()?;
    let mut generations = BTreeMap::new();
    for kept in kept.generations {
        let generation = generation(&kept, &addresses)?;
        generations.insert(kept.number, Arc::new(generation));
    }
    let events = Events::new();
    let workers = kept
        .workers
        .into_iter()
        .map(|kept| worker(kept, &generations, &events));
    let workers: Vec<Arc<Worker>> = workers.collect::<anyhow::Result<_>>()?;
    let by_pid = |pid: Option<i32>| {
        workers
            .iter()
            .find(|worker| Some(worker.pid()) == pid)
            .cloned()
    };
    let mut ended = Totals::default();
    ended.add(&kept.counted);
    // The log has its own of them by now, and there is no way back to the program.
    for file in kept.logs.iter().map(|(_, file)| *file) {
        drop(adopt(file)?);
    }
    drop(adopt(kept.program)?);
    let (name, ear) = kept.ear;
    let control = kept
        .control
        .map(|(path, socket)| anyhow::Ok(Control::adopt(path, adopt(socket)?)));
    Ok(Restored {
        ear: Ear::adopt(name, adopt(ear)?)?,
        control: control.transpose()?,
        admin: kept
            .admin
            .into_iter()
            .map(bound)
            .collect::<anyhow::Result<_>>()?,
        generation: known(&generations, kept.generation)?,
        slots: kept.slots.into_iter().map(by_pid).collect(),
        workers,
        ended,
        upgrades: kept.upgrades + 1,
        in_force_since: kept.in_force_since,
        events,
        is_drained: kept.is_drained,
        pending: kept.pending,
    })
}

fn bound(kept: KeptBound) -> anyhow::Result<Bound> {
    let socket: OwnedFd = adopt(kept.socket)?;
    Ok(Bound::adopt(kept.address, kept.file, socket))
}

fn address(kept: KeptAddress) -> anyhow::Result<Arc<Address>> {
    let listen = kept.listen.map(|text| text.parse::<Listen>());
    let listen = listen.transpose().map_err(anyhow::Error::msg)?;
    let bound = kept
        .bound
        .into_iter()
        .map(bound)
        .collect::<anyhow::Result<_>>()?;
    Ok(Arc::new(Address::new(listen, kept.is_apart, bound)))
}

fn generation(kept: &KeptGeneration, addresses: &[Arc<Address>]) -> anyhow::Result<Generation> {
    let mine = kept
        .addresses
        .iter()
        .map(|place| addresses.get(*place).cloned());
    let mine: Option<Vec<_>> = mine.collect();
    let sockets = Sockets::of(mine.context("a generation has an address that is not there")?);
    let (settings, program) = (adopt(kept.settings)?, adopt(kept.program)?);
    Ok(Generation::adopt(
        kept.number,
        kept.limits,
        (Arc::new(sockets), kept.has_access_log),
        (settings, program),
    ))
}

fn output(kept: &KeptOutput, log: Log) -> anyhow::Result<Output> {
    let output = Output::of(adopt(kept.pipe)?, log)?;
    output.goes_on(&kept.begun_line);
    Ok(output)
}

fn known(
    generations: &BTreeMap<u64, Arc<Generation>>,
    number: u64,
) -> anyhow::Result<Arc<Generation>> {
    let generation = generations.get(&number).cloned();
    generation.with_context(|| format!("there is no generation {number}"))
}

fn worker(
    kept: KeptWorker,
    generations: &BTreeMap<u64, Arc<Generation>>,
    events: &Events,
) -> anyhow::Result<Arc<Worker>> {
    let access = kept
        .access
        .map(|kept| output(&kept, Log::Access))
        .transpose()?;
    let worker = Worker::new(Parts {
        pid: Pid::from_raw(kept.pid).context("a worker without a process")?,
        slot: kept.slot,
        generation: known(generations, kept.generation)?,
        begun: UNIX_EPOCH + kept.begun,
        board: Board::of(adopt(kept.board)?)?,
        door: kept.door,
        output: output(&kept.output, Log::Error)?,
        access,
        alive: adopt(kept.alive)?,
        life: Life::Starting,
        events: events.clone(),
    });
    match kept.life {
        KeptLife::Starting => {}
        KeptLife::Ready => worker.turns(Life::Ready),
        KeptLife::Draining => worker.turns(Life::Draining),
    }
    worker.says(&kept.status);
    worker.tells_metrics(kept.metrics);
    Ok(worker)
}
