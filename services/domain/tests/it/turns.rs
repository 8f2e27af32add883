//! Several that write to one SQLite file: stores of one process are as apart in this as processes are.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use domain::{Error, Options, Pools, Schema, State, Stats, Store};
use tempfile::TempDir;

/// As many as an average host has workers.
const STORES: usize = 4;
const WRITES: usize = 4_000;
/// Writes of others while one waits. Measured are 35; SQLite alone makes it hundreds, for some of a thousand.
const MOST: usize = 20 * STORES;
/// Of the waits of each store, so many may have been for a processor.
const SPARED: usize = 3;
/// How long who asks is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_secs(10);

async fn open(folder: &Path) -> Store {
    let url = format!("sqlite:{}", folder.join("shared.db").display());
    let store = Store::open(&Options::new(url)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn write(store: &Store) -> Duration {
    let begun = Instant::now();
    State::create(store, "Written".into()).await.unwrap();
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_without_a_pause_keeps_nobody_out() {
    let folder = TempDir::new().unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(open(folder.path()).await);
    }
    let mut writing = Vec::new();
    for store in stores {
        let done = Arc::clone(&done);
        writing.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            while done.load(Relaxed) < WRITES {
                let before = done.load(Relaxed);
                write(&store).await;
                waits.push(done.fetch_add(1, Relaxed) - before);
            }
            store.close().await;
            waits.sort_unstable();
            waits.into_iter().rev().nth(SPARED)
        }));
    }
    for one in writing {
        let most = one.await.unwrap();
        assert!(
            most.is_some_and(|most| most <= MOST),
            "{most:?} were written meanwhile"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_long_is_let_in() {
    let folder = TempDir::new().unwrap();
    let (store, other) = (open(folder.path()).await, open(folder.path()).await);
    let Pools::Sqlite { writer, .. } = other.pools() else {
        panic!("this is SQLite");
    };
    let writing = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let waits = tokio::spawn({
        let store = store.clone();
        async move { write(&store).await }
    });
    let asks = || next(folder.path()).try_lock().is_err();
    rig::until("it asks to write next", SOON, async || Ok(asks()))
        .await
        .unwrap();
    writing.rollback().await.unwrap();
    waits.await.unwrap();
    rig::until("it asks no more", SOON, async || Ok(!asks()))
        .await
        .unwrap();
    other.close().await;
    store.close().await;
}

/// Such as one that was stopped while it waited.
#[tokio::test]
async fn who_asks_and_does_not_write_is_passed_by() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path()).await;
    write(&store).await;
    let stopped = next(folder.path());
    stopped.lock().unwrap();
    let took = write(&store).await;
    assert!(took >= PATIENCE, "it was not waited for: {took:?}");
    assert!(took < 2 * PATIENCE, "it was waited for too long: {took:?}");
    drop(stopped);
    store.close().await;
}

/// The file that is locked by who asks.
fn next(folder: &Path) -> File {
    let options = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .clone();
    options.open(folder.join("shared.db-next")).unwrap()
}

#[tokio::test]
async fn without_turns_all_is_written_too() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("shared.db-next")).unwrap();
    let store = open(folder.path()).await;
    write(&store).await;
    assert_eq!(Stats::count(&store).await.unwrap().states, 1);
    store.close().await;
}

/// A long import, say, must not keep a server from starting.
#[tokio::test]
async fn a_file_at_which_another_writes_for_long_is_opened() {
    let folder = TempDir::new().unwrap();
    let other = open(folder.path()).await;
    let Pools::Sqlite { writer, .. } = other.pools() else {
        panic!("this is SQLite");
    };
    let writing = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let store = open(folder.path()).await;
    assert_eq!(store.schema().await.unwrap(), Schema::Current);
    let error = State::create(&store, "Late".into()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    writing.rollback().await.unwrap();
    write(&store).await;
    store.close().await;
    other.close().await;
}

/// SQLite alone only writes it anew from its beginning, and that when nobody reads.
#[tokio::test]
async fn the_log_is_emptied() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path()).await;
    for _ in 0..1_100 {
        write(&store).await;
    }
    let log = fs::metadata(folder.path().join("shared.db-wal")).unwrap();
    assert!(log.len() < 2 << 20, "it has {} bytes", log.len());
    store.close().await;
}
