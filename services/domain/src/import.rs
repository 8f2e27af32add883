//! Bringing in the data of an original: its FileStorage, one JSON object whose keys are `Class.id`.
//!
//! The file is read once per class, so that a row always comes after those it refers to, whatever the order in the
//! file. One object at a time is held while reading, and some hundreds while writing, so that the file may be larger than
//! the memory. All goes into one transaction.

mod error;
mod event;
mod fields;
mod imported;
mod reader;
mod record;

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

pub use error::ImportError;
pub use event::{Class, Event};
pub use imported::{Imported, Tally};

use crate::store::{Store, Tx};
use crate::{Amenity, City, Error, Id, Review, State, User, bulk};
use error::Failure;
use event::Fault;
use reader::{Batch, Parsed};
use record::{PlaceRow, Record};

/// Batches that are read ahead of the database.
const AHEAD: usize = 2;
const PASSES: u64 = 6;

/// Imports a FileStorage file. A row whose id is in the database already stays as it is there, with its links. A row
/// that cannot come in is left out and reported; with `strict`, nothing is kept if there is one, nor if a link to an
/// amenity had to be dropped.
pub async fn run(
    store: &Store,
    file: &Path,
    strict: bool,
    report: &mut (dyn FnMut(Event) + Send),
) -> Result<Imported, ImportError> {
    let (handle, size) = open(file).await.map_err(|source| ImportError::Read {
        file: file.to_owned(),
        source,
    })?;
    let tx = store
        .begin("import")
        .await
        .map_err(|e| Failure::Database(e).of(file))?;
    let mut import = Import {
        tx,
        handle,
        size,
        passed: 0,
        imported: Imported::default(),
        report,
    };
    import.all().await.map_err(|failure| failure.of(file))?;
    let Import { tx, imported, .. } = import;
    let faults = imported.left_out() + imported.dropped_links;
    if strict && faults > 0 {
        return Err(ImportError::Strict {
            file: file.to_owned(),
            faults,
        });
    }
    tx.commit()
        .await
        .map_err(|e| Failure::Database(e).of(file))?;
    Ok(imported)
}

async fn open(file: &Path) -> io::Result<(File, u64)> {
    let file = tokio::fs::File::open(file).await?;
    let about = file.metadata().await?;
    if !about.is_file() {
        let reason = "it must be a regular file, since it is read several times";
        return Err(io::Error::other(reason));
    }
    Ok((file.into_std().await, about.len()))
}

/// An import under way.
struct Import<'a> {
    tx: Tx,
    handle: File,
    /// The file's bytes.
    size: u64,
    /// Passes over the file that are done.
    passed: u64,
    imported: Imported,
    report: &'a mut (dyn FnMut(Event) + Send),
}

impl Import<'_> {
    async fn all(&mut self) -> Result<(), Failure> {
        self.pass::<State>().await?;
        self.pass::<Amenity>().await?;
        self.pass::<User>().await?;
        self.pass::<City>().await?;
        self.pass::<PlaceRow>().await?;
        self.pass::<Review>().await
    }

    /// Reads the file once and brings in the rows of one class.
    async fn pass<T: Record>(&mut self) -> Result<(), Failure> {
        let handle = self.handle.try_clone().map_err(Failure::Read)?;
        let strangers_too = self.passed == 0;
        let (sender, mut batches) = mpsc::channel(AHEAD);
        let reading = spawn_blocking(move || reader::read::<T>(&handle, strangers_too, sender));
        // A failure ends the reading too, since nobody takes its batches any more.
        while let Some(batch) = batches.recv().await {
            self.take::<T>(batch).await.map_err(Failure::Database)?;
        }
        let read = reading
            .await
            .map_err(|e| Failure::Read(io::Error::other(e)))?;
        read.map_err(Failure::Json)?;
        self.passed += 1;
        self.progress(0);
        Ok(())
    }

    async fn take<T: Record>(&mut self, batch: Batch<T>) -> Result<(), Error> {
        let Batch {
            rows,
            strangers,
            bytes,
        } = batch;
        for (key, fault) in strangers {
            self.imported.others.in_file += 1;
            self.imported.others.left_out += 1;
            (self.report)(fault.left_out(key));
        }
        let known = self.known(&rows).await?;
        let mut ready = Vec::with_capacity(rows.len());
        for Parsed { key, outcome } in rows {
            self.imported.tally(T::CLASS).in_file += 1;
            match outcome.and_then(|parsed| complete(parsed, &known)) {
                Ok((row, dropped)) => {
                    self.imported.dropped_links +=
                        dropped.iter().filter(|fault| fault.is_link()).count() as u64;
                    for fault in dropped {
                        (self.report)(fault.dropped(key.clone()));
                    }
                    ready.push(row);
                }
                Err(fault) => {
                    self.imported.tally(T::CLASS).left_out += 1;
                    (self.report)(fault.left_out(key));
                }
            }
        }
        let offered = ready.len() as u64;
        let added = T::insert(&mut self.tx, ready).await?;
        let tally = self.imported.tally(T::CLASS);
        tally.added += added;
        tally.kept += offered.saturating_sub(added);
        self.progress(bytes);
        Ok(())
    }

    /// Those rows that the batch refers to and that are there.
    async fn known<T: Record>(
        &mut self,
        rows: &[Parsed<T>],
    ) -> Result<HashSet<(Class, Id)>, Error> {
        let mut known = HashSet::new();
        for class in T::PARENTS {
            let mut wanted: Vec<Id> = rows
                .iter()
                .filter_map(|parsed| parsed.outcome.as_ref().ok())
                .flat_map(|(row, _)| row.references())
                .filter_map(|reference| (reference.class == *class).then_some(reference.id))
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            let found = bulk::existing(&mut self.tx, class.table(), &wanted).await?;
            known.extend(found.into_iter().map(|id| (*class, id)));
        }
        Ok(known)
    }

    /// Says how far the reading is; `bytes` are those of this pass.
    fn progress(&mut self, bytes: u64) {
        (self.report)(Event::Progress {
            done: self.passed * self.size + bytes,
            total: PASSES * self.size,
        });
    }
}

/// The row without the links that lead nowhere; a fault when it cannot do without what it refers to.
fn complete<T: Record>(
    (mut row, mut dropped): (T, Vec<Fault>),
    known: &HashSet<(Class, Id)>,
) -> Result<(T, Vec<Fault>), Fault> {
    for reference in row.references() {
        if known.contains(&(reference.class, reference.id)) {
            continue;
        }
        let fault = Fault::dangling(&reference);
        if !fault.is_link() {
            return Err(fault);
        }
        row.unlink(reference.id);
        dropped.push(fault);
    }
    Ok((row, dropped))
}
