//! The description of a master that goes from one program to the next. A change of its form is a change of
//! [`FORMAT`]; one more field that has a default is none.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kit::serve::Bound;
use serde::{Deserialize, Serialize};

use crate::arbiter::generation::{Generation, Limits};
use crate::arbiter::output::Output;
use crate::arbiter::pending::Pending;
use crate::arbiter::sockets::Address;
use crate::arbiter::state::Master;
use crate::arbiter::worker::{Life, Worker};

/// The form of the description; another program may know another.
pub(crate) const FORMAT: u32 = 1;

/// A master. Open files are numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) format: u32,
    /// The program that wrote this, to go back to.
    pub(crate) program: RawFd,
    pub(crate) ear: (String, RawFd),
    pub(crate) control: Option<(PathBuf, RawFd)>,
    pub(crate) admin: Vec<KeptBound>,
    /// The files of logs that were handed over.
    pub(crate) logs: Vec<(String, RawFd)>,
    pub(crate) addresses: Vec<KeptAddress>,
    pub(crate) generations: Vec<KeptGeneration>,
    /// The values of all options in force.
    pub(crate) settings: String,
    /// The number of the generation of new workers.
    pub(crate) generation: u64,
    /// The process of each slot's worker; none where it is being started again.
    pub(crate) slots: Vec<Option<i32>>,
    pub(crate) workers: Vec<KeptWorker>,
    /// What has been counted, as metrics.
    pub(crate) counted: String,
    /// How many programs have taken over so far.
    pub(crate) upgrades: u64,
    /// When the configuration was last put into force, since 1970.
    pub(crate) in_force_since: Duration,
    /// Whether the ready probe fails on purpose.
    pub(crate) is_drained: bool,
    #[serde(default)]
    pub(crate) pending: Pending,
    /// Why a program that was to take over gave the process back.
    pub(crate) failed: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptBound {
    pub(crate) address: String,
    pub(crate) file: Option<PathBuf>,
    pub(crate) socket: RawFd,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptAddress {
    pub(crate) listen: Option<String>,
    pub(crate) is_apart: bool,
    pub(crate) bound: Vec<KeptBound>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptGeneration {
    pub(crate) number: u64,
    pub(crate) limits: Limits,
    /// Its addresses, by their places.
    pub(crate) addresses: Vec<usize>,
    pub(crate) has_access_log: bool,
    pub(crate) settings: RawFd,
    pub(crate) program: RawFd,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptWorker {
    pub(crate) pid: i32,
    pub(crate) slot: usize,
    pub(crate) generation: u64,
    /// Since 1970.
    pub(crate) begun: Duration,
    pub(crate) board: RawFd,
    pub(crate) door: String,
    pub(crate) output: KeptOutput,
    pub(crate) access: Option<KeptOutput>,
    pub(crate) alive: RawFd,
    pub(crate) life: KeptLife,
    pub(crate) status: String,
    pub(crate) metrics: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptOutput {
    pub(crate) pipe: RawFd,
    /// What it wrote without an end of the line.
    pub(crate) begun_line: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeptLife {
    Starting,
    Ready,
    Draining,
}

impl Kept {
    /// Describes a master as it is now.
    pub(crate) fn of(master: &Master) -> Kept {
        let fleet = &master.fleet;
        let (generation, workers) = (fleet.generation(), fleet.workers());
        let mut all = BTreeMap::from([(generation.number, generation.clone())]);
        for worker in &workers {
            // That in force may have other options than workers of the same number began with.
            all.entry(worker.generation.number)
                .or_insert_with(|| worker.generation.clone());
        }
        let mut addresses: Vec<Arc<Address>> = Vec::new();
        let generations = all
            .values()
            .map(|generation| kept_generation(generation, &mut addresses))
            .collect();
        let kept = |bounds: &[Bound]| bounds.iter().map(KeptBound::of).collect();
        Kept {
            format: FORMAT,
            program: master.program.as_raw_fd(),
            ear: (fleet.ear().to_owned(), master.ear.as_raw_fd()),
            control: master
                .control
                .as_ref()
                .map(|(path, socket)| (path.clone(), socket.as_raw_fd())),
            admin: kept(&master.admin),
            logs: master
                .logs
                .iter()
                .map(|(log, file)| ((*log).to_owned(), file.as_raw_fd()))
                .collect(),
            addresses: addresses
                .iter()
                .map(|address| KeptAddress {
                    listen: address.listen.as_ref().map(ToString::to_string),
                    is_apart: address.is_apart,
                    bound: kept(&address.bound()),
                })
                .collect(),
            generations,
            settings: master.settings().hand_over(&[]),
            generation: generation.number,
            slots: fleet.by_slot(),
            workers: workers
                .iter()
                .filter_map(|worker| kept_worker(worker))
                .collect(),
            counted: master.counted(),
            upgrades: master.upgrades,
            in_force_since: fleet.counts().in_force_since(),
            is_drained: master.is_drained(),
            pending: *master.pending(),
            failed: None,
        }
    }

    /// All files that are in it.
    pub(crate) fn files(&self) -> Vec<RawFd> {
        let mut files = vec![self.program, self.ear.1];
        files.extend(self.control.iter().map(|(_, socket)| *socket));
        files.extend(self.admin.iter().map(|bound| bound.socket));
        files.extend(self.logs.iter().map(|(_, file)| *file));
        files.extend(
            self.addresses
                .iter()
                .flat_map(|address| &address.bound)
                .map(|bound| bound.socket),
        );
        files.extend(
            self.generations
                .iter()
                .flat_map(|generation| [generation.settings, generation.program]),
        );
        files.extend(
            self.workers
                .iter()
                .flat_map(|worker| [worker.board, worker.output.pipe, worker.alive]),
        );
        let access = self
            .workers
            .iter()
            .filter_map(|worker| worker.access.as_ref());
        files.extend(access.map(|access| access.pipe));
        files
    }
}

impl KeptBound {
    fn of(bound: &Bound) -> KeptBound {
        KeptBound {
            address: bound.address().to_owned(),
            file: bound.file().cloned(),
            socket: bound.as_fd().as_raw_fd(),
        }
    }
}

impl KeptOutput {
    fn of(output: &Output) -> KeptOutput {
        KeptOutput {
            pipe: output.as_fd().as_raw_fd(),
            begun_line: output.begun_line(),
        }
    }
}

fn kept_generation(generation: &Generation, addresses: &mut Vec<Arc<Address>>) -> KeptGeneration {
    let place = |address: &Arc<Address>| {
        let known = addresses
            .iter()
            .position(|known| Arc::ptr_eq(known, address));
        known.unwrap_or_else(|| {
            addresses.push(address.clone());
            addresses.len() - 1
        })
    };
    KeptGeneration {
        number: generation.number,
        limits: generation.limits,
        addresses: generation.sockets.all().iter().map(place).collect(),
        has_access_log: generation.has_access_log,
        settings: generation.settings().as_raw_fd(),
        program: generation.program().as_raw_fd(),
    }
}

fn kept_worker(worker: &Worker) -> Option<KeptWorker> {
    let life = match worker.life() {
        Life::Starting => KeptLife::Starting,
        Life::Ready => KeptLife::Ready,
        Life::Draining => KeptLife::Draining,
        // It is being reaped.
        Life::Ended(_) => return None,
    };
    let begun: Result<Duration, _> = SystemTime::duration_since(&worker.begun, UNIX_EPOCH);
    Some(KeptWorker {
        pid: worker.pid(),
        slot: worker.slot,
        generation: worker.generation.number,
        begun: begun.unwrap_or_default(),
        board: worker.board.as_fd().as_raw_fd(),
        door: worker.door.clone(),
        output: KeptOutput::of(&worker.output),
        access: worker.access.as_ref().map(KeptOutput::of),
        alive: worker.alive.as_raw_fd(),
        life,
        status: worker.status(),
        metrics: worker.metrics(),
    })
}
