//! SIGKILL in the middle of writes: afterwards every answered write is there, and none is half there. Other processes on
//! the same SQLite file write on.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "crash/audit.rs"]
mod audit;
#[path = "crash/writer.rs"]
mod writer;

use rig::{Binary, Server, Storage, run, until};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use writer::{Diary, Writer};

const WRITERS: usize = 8;
const KILLS: usize = 3;
/// Writes that are answered before each kill.
const ANSWERS: usize = 150;
const LIMIT: Duration = Duration::from_secs(60);
/// Processes on one SQLite file.
const SERVERS: usize = 3;
/// Writes that each of them answers before and after one is killed.
const OTHER_ANSWERS: usize = 30;
/// How soon the others have answered them.
const MOMENT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    kill_and_look(&Storage::sqlite().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let what = "kill -9 in the middle of writes on PostgreSQL";
    if let Some(storage) = Storage::postgres(what).unwrap() {
        kill_and_look(&storage).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_on_sqlite() {
    let storage = Storage::sqlite().unwrap();
    let args = ["migrate", "--database-url", storage.url()];
    let api = Binary::named("hbnb-api").unwrap();
    let migrated = run(&api, &args, &[], storage.folder()).await.unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
    let mut sites = Vec::new();
    for _ in 0..SERVERS {
        sites.push(Site::start(&storage).await);
    }
    let mut diaries = Vec::new();
    for _ in 0..KILLS {
        write_on(&sites, LIMIT).await;
        diaries.extend(sites.remove(0).kill().await);
        write_on(&sites, MOMENT).await;
        sites.push(Site::start(&storage).await);
    }
    for site in sites {
        diaries.extend(site.kill().await);
    }
    let server = serve(&storage).await;
    for diary in &diaries {
        diary.hold_against(server.base()).await;
    }
    audit::everything(server.base()).await;
    if storage.takes_queries("the integrity of a file whose writers were killed") {
        assert_eq!(storage.query("PRAGMA integrity_check").unwrap(), "ok");
    }
}

/// A server, and those who write to it.
struct Site {
    server: Server,
    answered: Arc<AtomicUsize>,
    writers: JoinSet<Diary>,
}

impl Site {
    async fn start(storage: &Storage) -> Self {
        let api = Binary::named("hbnb-api").unwrap();
        let args = ["--database-url", storage.url()];
        let server = Server::start(&api, &args, &[], storage.folder()).await;
        let server = server.unwrap();
        let answered = Arc::new(AtomicUsize::new(0));
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS / 2 {
            let writer = Writer::new(server.base(), Arc::clone(&answered));
            writers.spawn(writer.write_on());
        }
        Self {
            server,
            answered,
            writers,
        }
    }

    /// What its writers were told.
    async fn kill(mut self) -> Vec<Diary> {
        self.server.kill();
        self.writers.join_all().await
    }
}

/// Waits until each has answered some more writes.
async fn write_on(sites: &[Site], limit: Duration) {
    for site in sites {
        let enough = site.answered.load(Ordering::Relaxed) + OTHER_ANSWERS;
        until("it writes on", limit, async || {
            Ok(site.answered.load(Ordering::Relaxed) >= enough)
        })
        .await
        .unwrap();
    }
}

async fn kill_and_look(storage: &Storage) {
    let mut diaries = Vec::new();
    let mut server = serve(storage).await;
    for _ in 0..KILLS {
        diaries.extend(write_until_killed(&mut server).await);
        until_nobody_is_connected(storage).await;
        server = serve(storage).await;
        for diary in &diaries {
            diary.hold_against(server.base()).await;
        }
        audit::everything(server.base()).await;
    }
}

async fn serve(storage: &Storage) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let args = ["serve", "--no-demo", "--database-url", storage.url()];
    Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap()
}

/// What the writers were told until the server was gone.
async fn write_until_killed(server: &mut Server) -> Vec<Diary> {
    let answered = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let writer = Writer::new(server.base(), Arc::clone(&answered));
        writers.spawn(writer.write_on());
    }
    until("enough writes are answered", LIMIT, async || {
        Ok(answered.load(Ordering::Relaxed) >= ANSWERS)
    })
    .await
    .unwrap();
    server.kill();
    writers.join_all().await
}

/// PostgreSQL may still be at the last statement of a client that is gone.
async fn until_nobody_is_connected(storage: &Storage) {
    if !storage.url().starts_with("postgres") {
        return;
    }
    let others = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    until("nobody is connected", LIMIT, async || {
        Ok(storage.query(others)? == "0")
    })
    .await
    .unwrap();
}
