//! The memory of a board. Everything in it is atomic, because two processes use it.

use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use memmap2::{MmapOptions, MmapRaw};

use super::InFlight;
use crate::metrics::METHODS;

/// As many as requests are answered at once by default.
pub(super) const FLIGHTS: usize = 512;
const ID_WORDS: usize = 5;
const PATH_WORDS: usize = 9;
const WORD: usize = size_of::<u64>();

#[repr(C)]
pub(super) struct Cells {
    /// When the last beat was; 0 before the first.
    pub(super) beat: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) in_flight: AtomicU64,
    /// In milliseconds, and one more; 0 for what the options say.
    pub(super) linger: AtomicU64,
    /// So that a flight is two lines of a processor's cache.
    _apart: [AtomicU64; 11],
    pub(super) flights: [Cell; FLIGHTS],
}

/// A request.
#[repr(C)]
pub(super) struct Cell {
    /// When it came; 0 while the cell is free.
    started: AtomicU64,
    /// Its place in [`METHODS`].
    method: AtomicU64,
    id: [AtomicU64; ID_WORDS],
    path: [AtomicU64; PATH_WORDS],
}

impl Cell {
    pub(super) fn write(&self, now: u64, method: &str, path: &str, id: &str) {
        let place = METHODS.iter().position(|known| *known == method);
        self.method
            .store(place.unwrap_or(METHODS.len()) as u64, Relaxed);
        write_text(&self.id, id);
        write_text(&self.path, path);
        self.started.store(now, Release);
    }

    pub(super) fn clear(&self) {
        self.started.store(0, Release);
    }

    /// The request, unless there is none. One that ends meanwhile may be told with the words of the next.
    pub(super) fn read(&self, now: u64) -> Option<InFlight> {
        let started = self.started.load(Acquire);
        let method = usize::try_from(self.method.load(Relaxed)).ok();
        let method = method.and_then(|place| METHODS.get(place));
        (started > 0).then(|| InFlight {
            age: Duration::from_micros(now.saturating_sub(started)),
            method: method.unwrap_or(&"OTHER"),
            path: read_text(&self.path),
            request_id: read_text(&self.id),
        })
    }
}

/// Fills the words with a text, cut where they end, and zeros behind it.
fn write_text(words: &[AtomicU64], text: &str) {
    let text = &text[..text.floor_char_boundary(words.len() * WORD)];
    let mut chunks = text.as_bytes().chunks(WORD);
    for word in words {
        let mut bytes = [0; WORD];
        let chunk = chunks.next().unwrap_or_default();
        bytes[..chunk.len()].copy_from_slice(chunk);
        word.store(u64::from_ne_bytes(bytes), Relaxed);
    }
}

fn read_text(words: &[AtomicU64]) -> String {
    let words = words.iter().map(|word| word.load(Relaxed).to_ne_bytes());
    let mut bytes: Vec<u8> = words.flatten().collect();
    bytes.truncate(
        bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len()),
    );
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The cells where they lie in the memory of this process.
pub(super) struct Map(MmapRaw);

impl Map {
    pub(super) const LENGTH: usize = size_of::<Cells>();

    /// Maps a file that is long enough, and stays so.
    pub(super) fn of(memory: &impl AsFd) -> io::Result<Map> {
        let file = std::fs::File::from(memory.as_fd().try_clone_to_owned()?);
        let map = MmapOptions::new().len(Map::LENGTH).map_raw(&file)?;
        Ok(Map(map))
    }

    #[expect(
        unsafe_code,
        reason = "the one place where memory is shared between processes"
    )]
    pub(super) fn cells(&self) -> &Cells {
        // SAFETY: the map is as long as `Cells`, starts at a page and lives as long as the reference; every bit pattern
        // is a valid `Cells`, and both sides touch it by atomics only.
        unsafe { &*self.0.as_ptr().cast::<Cells>() }
    }
}
