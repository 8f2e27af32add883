//! How it stands with the workers and the sockets at the moment of a scrape, as metrics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    GaugeVec, IntCounter, IntGauge, IntGaugeVec, Opts, Registry, Result, TextEncoder,
};

use super::fleet::Fleet;
use super::queues;
use super::worker::{Life, Worker};

/// The states of a worker in `workers`.
const STATES: [&str; 3] = [STARTING, "ready", DRAINING];
const STARTING: &str = "starting";
const DRAINING: &str = "draining";

/// Whose figures a worker's are, as the label `worker` tells: those of its slot, from 1, while it is the one that serves
/// there; else those of all that are `starting` or `draining`. The workers are those of a fleet, in its order.
pub(crate) fn labels(fleet: &Fleet, workers: &[Arc<Worker>]) -> Vec<String> {
    let slots = fleet.slots();
    let mut serving = None;
    let label = |worker: &Arc<Worker>| match worker.life() {
        // One that was ready before it stays until the next has proven itself; of a trial nobody has a slot.
        Life::Ready if worker.slot < slots && serving != Some(worker.slot) => {
            serving = Some(worker.slot);
            (worker.slot + 1).to_string()
        }
        Life::Draining => DRAINING.to_owned(),
        Life::Starting | Life::Ready | Life::Ended(_) => STARTING.to_owned(),
    };
    workers.iter().map(label).collect()
}

/// Takes stock, and writes it in the text format of Prometheus.
pub(crate) fn take(fleet: &Fleet) -> Result<String> {
    let stock = Stock(Registry::new());
    stock.fleet(fleet)?;
    stock.slots(fleet)?;
    stock.workers(fleet)?;
    stock.queues(fleet)?;
    TextEncoder::new().encode_to_string(&stock.0.gather())
}

/// What each worker tells; of several that share a label, all together.
#[derive(Default)]
struct Figures {
    silent: Option<Duration>,
    in_flight: u64,
}

struct Stock(Registry);

impl Stock {
    fn fleet(&self, fleet: &Fleet) -> Result<()> {
        let wanted = IntGauge::new("workers_wanted", "How many workers there are to be.")?;
        wanted.set(number(fleet.slots() as u64));
        self.add(&wanted)?;
        let generation = IntGauge::new(
            "worker_generation_wanted",
            "The generation that all workers are to be of.",
        )?;
        generation.set(number(fleet.generation().number));
        self.add(&generation)?;
        let workers = gauges("workers", "Workers that there are.", "state")?;
        let all = fleet.workers();
        for state in STATES {
            let is_so = |worker: &&Arc<Worker>| state_of(worker) == Some(state);
            let count = all.iter().filter(is_so).count();
            workers
                .with_label_values(&[state])
                .set(number(count as u64));
        }
        self.add(&workers)
    }

    fn slots(&self, fleet: &Fleet) -> Result<()> {
        let up = gauges(
            "worker_up",
            "1 while the slot has a ready worker.",
            "worker",
        )?;
        let generation = gauges(
            "worker_generation",
            "The generation that a worker is of.",
            "worker",
        )?;
        let pause = seconds(
            "worker_pause_seconds",
            "The pause that the slot makes before it starts a worker again, 0 if it makes none.",
        )?;
        let workers = fleet.workers();
        let labels = labels(fleet, &workers);
        for slot in 0..fleet.slots() {
            let label = (slot + 1).to_string();
            let serving = labels.iter().position(|known| *known == label);
            up.with_label_values(&[&label])
                .set(serving.is_some().into());
            if let Some(place) = serving {
                let number = number(workers[place].generation.number);
                generation.with_label_values(&[&label]).set(number);
            }
            let length = fleet.counts().pauses.of(slot);
            pause.with_label_values(&[&label]).set(length.as_secs_f64());
        }
        self.add(&up)?;
        self.add(&generation)?;
        self.add(&pause)
    }

    /// Those that are starting have their own clock, and answer nobody yet.
    fn workers(&self, fleet: &Fleet) -> Result<()> {
        let workers = fleet.workers();
        let mut told = BTreeMap::<String, Figures>::new();
        let labelled = workers.iter().zip(labels(fleet, &workers));
        for (worker, label) in labelled.filter(|(_, label)| label != STARTING) {
            let board = worker.board.told();
            let all = told.entry(label).or_default();
            all.silent = all.silent.max(board.silent);
            all.in_flight += board.in_flight;
        }
        let in_flight = gauges(
            "worker_requests_in_flight",
            "Requests that a worker is answering, also while it is stuck.",
            "worker",
        )?;
        let silent = seconds(
            "worker_silent_seconds",
            "How long a worker has run no task.",
        )?;
        for (label, figures) in told {
            in_flight
                .with_label_values(&[&label])
                .set(number(figures.in_flight));
            if let Some(time) = figures.silent {
                silent.with_label_values(&[&label]).set(time.as_secs_f64());
            }
        }
        self.add(&in_flight)?;
        self.add(&silent)
    }

    /// What the kernel does not tell is left out.
    fn queues(&self, fleet: &Fleet) -> Result<()> {
        let length = gauges(
            "listen_queue_length",
            "Connections that wait to be accepted.",
            "address",
        )?;
        let limit = gauges(
            "listen_queue_limit",
            "The most connections that may wait to be accepted, as the kernel has it.",
            "address",
        )?;
        let queues = queues::by_address(&fleet.generation().sockets).unwrap_or_default();
        for (address, queue) in queues {
            length
                .with_label_values(&[&address])
                .set(queue.length.into());
            limit.with_label_values(&[&address]).set(queue.limit.into());
        }
        self.add(&length)?;
        self.add(&limit)?;
        let drops = IntCounter::new(
            "listen_drops_total",
            "TCP connections dropped before they could be accepted, at all sockets of the network namespace.",
        )?;
        match queues::drops() {
            Some(count) => {
                drops.inc_by(count);
                self.add(&drops)
            }
            None => Ok(()),
        }
    }

    fn add(&self, metric: &(impl Collector + Clone + 'static)) -> Result<()> {
        self.0.register(Box::new(metric.clone()))
    }
}

fn state_of(worker: &Worker) -> Option<&'static str> {
    match worker.life() {
        Life::Starting => Some(STARTING),
        Life::Ready => Some("ready"),
        Life::Draining => Some(DRAINING),
        Life::Ended(_) => None,
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn gauges(name: &str, help: &str, label: &str) -> Result<IntGaugeVec> {
    IntGaugeVec::new(Opts::new(name, help), &[label])
}

fn seconds(name: &str, help: &str) -> Result<GaugeVec> {
    GaugeVec::new(Opts::new(name, help), &["worker"])
}
