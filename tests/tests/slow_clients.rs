//! Slow clients, many at once, by the clocks that a server really has: each is closed in its time, and nobody else notices.
//!
//! Few of each kind come with every run, a thousand when `HBNB_TEST_HEAVY` is set, which also brings slow readers of a long
//! list.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "slow_clients/others.rs"]
mod others;
#[path = "slow_clients/profile.rs"]
mod profile;

use others::medians;
use profile::{Profile, sip};
use rig::heavy::{is_heavy, is_wanted};
use rig::process::{cpu_time, tree};
use rig::{Binary, Server, Storage, announce, skipped, until};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How far a closing may lie from its clock on a busy machine.
const SLACK: Duration = Duration::from_secs(8);
/// Clients that connect at once; more would overflow the queue of the kernel, whose clients try again seconds later.
const AT_ONCE: usize = 500;
/// How long the other clients are watched.
const WATCH: Duration = Duration::from_secs(8);
/// As little work in a fifth of a second is next to none.
const REST: Duration = Duration::from_millis(20);
const PLACES: usize = 200_000;
const READERS: usize = 200;
/// Readers that begin at once; what fits into the buffers on the way, megabytes for each, is made as fast as it can be.
const SIPPING_AT_ONCE: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn closed_in_their_time() {
    let each = if is_heavy() { 1_000 } else { 50 };
    let clients = each * Profile::ALL.len();
    if open_files() < clients + 200 {
        let why = format!("{clients} clients need more open files than ulimit -n allows");
        return skipped("slow clients", &why);
    }
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &["--no-demo"]).await;
    let address = address_of(&server);
    let other = Storage::sqlite().unwrap();
    let other = serve(&other, &["--no-demo"]).await;
    let mut playing = JoinSet::new();
    for some in Profile::ALL.repeat(each).chunks(AT_ONCE) {
        for profile in some.iter().copied() {
            let patience = profile.clock() + SLACK;
            let played = profile.play(address.clone(), patience);
            playing.spawn(async move { (profile, played.await) });
        }
        until_open(&server, playing.len()).await;
    }
    let [meanwhile, usual] = medians([&address, &address_of(&other)], WATCH).await;
    announce(&format!(
        "{clients} slow clients: others take {meanwhile:?} instead of {usual:?}"
    ));
    assert!(meanwhile < usual * 2, "{meanwhile:?} instead of {usual:?}");
    while let Some(played) = playing.join_next().await {
        let (profile, (borne, answer)) = played.unwrap();
        let early = Duration::from_secs(1);
        assert!(borne + early > profile.clock(), "{profile:?}: {borne:?}");
        let wanted = match profile {
            Profile::DrippingBody => "HTTP/1.1 408 Request Timeout\r\n",
            Profile::Idle => "HTTP/1.1 200 OK\r\n",
            _ => "",
        };
        assert!(answer.starts_with(wanted), "{profile:?}: {answer}");
    }
    until_counted(&server, each).await;
}

/// Each kind is counted under its reason.
async fn until_counted(server: &Server, each: usize) {
    for reason in ["idle", "header_timeout", "body_timeout"] {
        let kinds = Profile::ALL
            .iter()
            .filter(|profile| profile.reason() == Some(reason));
        let wanted = kinds.count() * each;
        let name = format!("connections_closed_total{{listener=\"main\",reason=\"{reason}\"}}");
        until(&name, SLACK, async || {
            Ok(server.scrape().await?.figure(&name) == Some(wanted as f64))
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_readers_on_sqlite() {
    if is_wanted("slow readers of a long list on SQLite") {
        let [storage, other] = [(); 2].map(|()| Storage::sqlite().unwrap());
        slow_readers(&storage, &other).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_readers_on_postgres() {
    let what = "slow readers of a long list on PostgreSQL";
    if !is_wanted(what) {
        return;
    }
    let [storage, other] = [(); 2].map(|()| Storage::postgres(what).unwrap());
    if let (Some(storage), Some(other)) = (storage, other) {
        slow_readers(&storage, &other).await;
    }
}

/// Other requests go on in their usual time, and the readers hold no connection to the database.
async fn slow_readers(storage: &Storage, other: &Storage) {
    storage.fill(PLACES).await.unwrap();
    let server = serve(storage, &[]).await;
    let address = address_of(&server);
    let other = serve(other, &[]).await;
    let elsewhere = address_of(&other);
    let mut readers = JoinSet::new();
    while readers.len() < READERS {
        for _ in 0..SIPPING_AT_ONCE {
            readers.spawn(sip(address.clone()));
        }
        until_open(&server, readers.len()).await;
        until_at_rest(&server).await;
    }
    let ([meanwhile, usual], ()) =
        tokio::join!(medians([&address, &elsewhere], WATCH), watch_pools(&server));
    announce(&format!(
        "{READERS} slow readers: others take {meanwhile:?} instead of {usual:?}"
    ));
    assert!(meanwhile < usual * 2, "{meanwhile:?} instead of {usual:?}");
    assert!(readers.try_join_next().is_none(), "a reader was sent away");
}

/// What fits between server and reader has been sent once there is next to no work.
async fn until_at_rest(server: &Server) {
    until("the server rests", SLACK * 4, async || {
        let before = worked(server);
        sleep(Duration::from_millis(200)).await;
        Ok(worked(server).saturating_sub(before) <= REST)
    })
    .await
    .unwrap();
}

/// The processor time of all its processes.
fn worked(server: &Server) -> Duration {
    let all = tree(server.pid()).into_iter();
    all.map(|pid| cpu_time(pid).unwrap()).sum()
}

/// No pool of database connections is ever used up.
async fn watch_pools(server: &Server) {
    let end = Instant::now() + WATCH;
    let mut seen = 0;
    while Instant::now() < end {
        let metrics = server.scrape().await.unwrap();
        for (series, used) in metrics.series() {
            let Some(labels) = series.strip_prefix("db_pool_in_use") else {
                continue;
            };
            let name = format!("db_pool_limit{labels}");
            let (_, limit) = metrics
                .series()
                .find(|(series, _)| *series == name)
                .unwrap();
            assert!(used < limit, "{}", metrics.text());
            seen += 1;
        }
        sleep(Duration::from_millis(100)).await;
    }
    if seen == 0 {
        skipped("the use of the pool", "/metrics has no db_pool_in_use");
    }
}

fn address_of(server: &Server) -> String {
    server.base().trim_start_matches("http://").to_owned()
}

async fn serve(storage: &Storage, args: &[&str]) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    // A request whose body is awaited is in flight: a limit would be reached by the slow ones alone.
    let limits = ["--connection-limit", "0", "--request-limit", "0"];
    let own = ["serve", "--database-url", storage.url()];
    let args = [&own[..], &limits, args].concat();
    Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap()
}

/// Waits until so many connections are open, so that the server has them and not the kernel's queue.
async fn until_open(server: &Server, clients: usize) {
    until("all clients are connected", SLACK, async || {
        let metrics = server.scrape().await?;
        let open = metrics.figure("connections_open{listener=\"main\"}");
        Ok(open.is_some_and(|open| open >= clients as f64))
    })
    .await
    .unwrap();
}

/// How many files this process may open.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.unwrap().split_whitespace().next().unwrap();
    soft.parse().unwrap_or(usize::MAX)
}
