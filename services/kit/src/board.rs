//! The board that a worker and its master share: memory in which the worker notes how it is, read by the master without
//! asking, and also when the worker can no longer answer.

mod cells;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, ftruncate, memfd_create};
use rustix::time::{ClockId, clock_gettime};

use cells::{Cells, FLIGHTS, Map};

/// After all that a worker leaves: who reads while it is being written finds a part of it.
const END: &str = "# EOF\n";

/// The board. Clones share it.
#[derive(Clone)]
pub struct Board(Arc<Inner>);

struct Inner {
    map: Map,
    /// Behind the cells stands what the worker leaves.
    file: File,
    /// The cells of flights that are free, in the process that notes them.
    free: Mutex<Vec<usize>>,
}

/// What a worker has told of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How long ago the runtime that serves has run a task; none before the first time.
    pub silent: Option<Duration>,
    /// Connections that are open on its main listeners.
    pub connections: u64,
    /// Requests it has ended.
    pub requests: u64,
    /// Requests it is answering.
    pub in_flight: u64,
}

/// A request that is being answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// How long ago it came.
    pub age: Duration,
    /// Its method.
    pub method: &'static str,
    /// Its path, cut after 72 bytes.
    pub path: String,
    /// Its id, cut after 40 bytes.
    pub request_id: String,
}

impl Board {
    /// A new board, in memory that no file system has.
    pub fn new() -> io::Result<Board> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let memory = memfd_create("hbnb-board", flags)?;
        ftruncate(&memory, Map::LENGTH as u64)?;
        // What is mapped cannot be cut off under the feet of the other side.
        fcntl_add_seals(&memory, SealFlags::SHRINK)?;
        Board::of(memory)
    }

    /// The board that was handed over.
    pub fn of(memory: OwnedFd) -> io::Result<Board> {
        let size = fstat(&memory)?.st_size;
        if usize::try_from(size).is_ok_and(|size| size < Map::LENGTH) {
            let short = format!("a board of {size} bytes, not {}", Map::LENGTH);
            return Err(io::Error::new(io::ErrorKind::InvalidData, short));
        }
        let map = Map::of(&memory)?;
        Ok(Board(Arc::new(Inner {
            map,
            file: memory.into(),
            free: Mutex::new((0..FLIGHTS).rev().collect()),
        })))
    }

    /// Notes that the runtime that serves runs its tasks, and how many connections it has.
    pub(crate) fn beat(&self, connections: u64) {
        let cells = self.cells();
        cells.beat.store(now(), Relaxed);
        cells.connections.store(connections, Relaxed);
    }

    /// Notes a request until what this returns is dropped.
    pub(crate) fn note(&self, method: &'static str, path: &str, request_id: &str) -> Flight {
        let cells = self.cells();
        cells.in_flight.fetch_add(1, Relaxed);
        let at = self.free().pop();
        if let Some(at) = at {
            cells.flights[at].write(now(), method, path, request_id);
        }
        let board = self.clone();
        Flight { board, at }
    }

    /// What the worker has told.
    pub fn told(&self) -> Told {
        let cells = self.cells();
        let beat = cells.beat.load(Relaxed);
        Told {
            silent: (beat > 0).then(|| since(beat)),
            connections: cells.connections.load(Relaxed),
            requests: cells.requests.load(Relaxed),
            in_flight: cells.in_flight.load(Relaxed),
        }
    }

    /// The requests that are being answered, the oldest first; at most 512 are told one by one.
    pub fn flights(&self) -> Vec<InFlight> {
        let now = now();
        let flights = self.cells().flights.iter();
        let mut told: Vec<InFlight> = flights.filter_map(|cell| cell.read(now)).collect();
        told.sort_by_key(|flight| std::cmp::Reverse(flight.age));
        told
    }

    /// Has the worker keep idle connections for so long when it drains, instead of what its options say.
    pub fn set_linger(&self, linger: Duration) {
        let millis = u64::try_from(linger.as_millis()).unwrap_or(u64::MAX - 1);
        self.cells().linger.store(millis + 1, Relaxed);
    }

    pub(crate) fn linger(&self) -> Option<Duration> {
        let linger = self.cells().linger.load(Relaxed);
        linger.checked_sub(1).map(Duration::from_millis)
    }

    /// Leaves a text to the master, which can be read when the worker is gone.
    pub(crate) fn leave(&self, text: &str) -> io::Result<()> {
        let whole = [text, END].concat();
        self.0
            .file
            .write_all_at(whole.as_bytes(), Map::LENGTH as u64)
    }

    /// What the worker has left; empty if it ended without, or is still at it.
    pub fn left(&self) -> io::Result<String> {
        let length = self
            .0
            .file
            .metadata()?
            .len()
            .saturating_sub(Map::LENGTH as u64);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.0.file.read_exact_at(&mut bytes, Map::LENGTH as u64)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.strip_suffix(END).unwrap_or_default().to_owned())
    }

    fn cells(&self) -> &Cells {
        self.0.map.cells()
    }

    fn free(&self) -> MutexGuard<'_, Vec<usize>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsFd for Board {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.file.as_fd()
    }
}

/// A request on the board.
pub(crate) struct Flight {
    board: Board,
    /// None if more are in flight than there are cells.
    at: Option<usize>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let cells = self.board.cells();
        if let Some(at) = self.at {
            cells.flights[at].clear();
            self.board.free().push(at);
        }
        cells.in_flight.fetch_sub(1, Relaxed);
        cells.requests.fetch_add(1, Relaxed);
    }
}

/// Microseconds of a clock that all processes share, and never 0.
fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let micros = now
        .tv_sec
        .saturating_mul(1_000_000)
        .saturating_add(now.tv_nsec / 1000);
    u64::try_from(micros).unwrap_or_default().max(1)
}

fn since(then: u64) -> Duration {
    Duration::from_micros(now().saturating_sub(then))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileExt;
    use std::time::Duration;

    use super::{Board, FLIGHTS};

    fn both() -> (Board, Board) {
        let master = Board::new().unwrap();
        let handed = master.as_fd().try_clone_to_owned().unwrap();
        (Board::of(handed).unwrap(), master)
    }

    #[test]
    fn the_master_reads_what_the_worker_notes() {
        let (worker, master) = both();
        assert_eq!(master.told().silent, None);
        worker.beat(7);
        let long = "/".repeat(100);
        let first = worker.note("GET", &long, "0123456789");
        let second = worker.note("POST", "/états", "");
        let told = master.told();
        assert!(
            told.silent
                .is_some_and(|silent| silent < Duration::from_secs(60))
        );
        assert_eq!((told.connections, told.requests, told.in_flight), (7, 0, 2));
        let flights = master.flights();
        assert_eq!(flights.len(), 2);
        assert_eq!((flights[0].method, flights[0].path.len()), ("GET", 72));
        assert_eq!(flights[0].request_id, "0123456789");
        assert_eq!((flights[1].method, &*flights[1].path), ("POST", "/états"));
        drop((first, second));
        let told = master.told();
        assert_eq!((told.requests, told.in_flight), (2, 0));
        assert_eq!(master.flights(), []);
    }

    #[test]
    fn more_flights_than_cells_are_counted() {
        let (worker, master) = both();
        let all: Vec<_> = (0..FLIGHTS + 5)
            .map(|_| worker.note("GET", "/", "x"))
            .collect();
        assert_eq!(master.flights().len(), FLIGHTS);
        assert_eq!(master.told().in_flight, FLIGHTS as u64 + 5);
        drop(all);
        assert_eq!(master.told().requests, FLIGHTS as u64 + 5);
        let _again = worker.note("GET", "/again", "x");
        assert_eq!(master.flights()[0].path, "/again");
    }

    #[test]
    fn what_a_worker_leaves() {
        let (worker, master) = both();
        assert_eq!(master.left().unwrap(), "");
        let behind = super::Map::LENGTH as u64;
        worker.0.file.write_all_at(b"the la", behind).unwrap();
        assert_eq!(master.left().unwrap(), "");
        worker.leave("the last\nwords\n").unwrap();
        drop(worker);
        assert_eq!(master.left().unwrap(), "the last\nwords\n");
    }

    #[test]
    fn the_master_says_how_long_to_linger() {
        let (worker, master) = both();
        assert_eq!(worker.linger(), None);
        master.set_linger(Duration::ZERO);
        assert_eq!(worker.linger(), Some(Duration::ZERO));
    }

    #[test]
    fn no_board() {
        let file = tempfile::tempfile().unwrap();
        let error = Board::of(file.into()).err().unwrap();
        assert!(
            error.to_string().starts_with("a board of 0 bytes"),
            "{error}"
        );
    }
}
