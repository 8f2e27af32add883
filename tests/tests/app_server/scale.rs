//! More workers and fewer, and workers that cannot live.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use rig::process::{cpu_time, free_port, signal};
use rig::site::{Site, nothing_lost, questions};
use rig::{Cgroup, announce, skipped, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::LIMIT;

/// Connections that are open and do nothing.
const IDLE: usize = 1_000;
const REQUEST: &[u8] = b"GET /api/v1/status HTTP/1.1\r\nHost: here\r\n\r\n";
/// Pauses before a worker that does not live is started again.
const PAUSES: usize = 4;

async fn until_so_many(site: &Site, workers: usize) {
    let status = site.master.until_settled(LIMIT);
    let status = status.await.unwrap();
    assert_eq!(status.workers.len(), workers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_command_and_by_signal() {
    let site = Site::start(&[]).await;
    let visitors = site.visitors();
    for (number, workers) in [("4", 4), ("+1", 5), ("-3", 2)] {
        let said = site.done(&["scale", number]).await;
        assert_eq!(said.trim(), format!("{workers} workers are to be there"));
        until_so_many(&site, workers).await;
    }
    for number in ["-2", "2000"] {
        let said = site.refused(&["scale", number]).await;
        assert!(said.contains("from 1 to 1024"), "{said}");
    }
    for (name, workers) in [("TTIN", 3), ("TTOU", 2), ("TTOU", 1)] {
        site.master.server.signal(name).unwrap();
        let wanted = |status: &rig::master::Status| status.workers_wanted == workers;
        site.master.until(name, LIMIT, wanted).await.unwrap();
        until_so_many(&site, workers).await;
    }
    // The last one stays.
    site.master.server.signal("TTOU").unwrap();
    let says = "give a number of workers from 1 to 1024";
    site.master.server.until_says(says, LIMIT).await.unwrap();
    until_so_many(&site, 1).await;
    // The number outlives a reload.
    site.done(&["scale", "3"]).await;
    site.done(&["reload", "--wait"]).await;
    until_so_many(&site, 3).await;
    nothing_lost("more workers and fewer", &visitors.end().await);
}

/// As many as the control group has processors for.
#[tokio::test]
async fn by_the_processors() {
    let group = match Cgroup::of_one_processor() {
        Ok(group) => group,
        Err(why) => return skipped("workers for a quota of processor time", &why),
    };
    let storage = rig::Storage::sqlite().unwrap();
    let hbnb = rig::Binary::named("hbnb").unwrap();
    let args = ["serve", "--no-demo", "--database-url", storage.url()];
    let server = group.start(&hbnb, &args, &[], storage.folder()).await;
    let master = rig::Master::of(server.unwrap(), storage.folder());
    let status = master.until_settled(LIMIT).await.unwrap();
    assert_eq!(status.workers.len(), 1);
}

/// Connections to workers that leave are closed without a word lost, the others go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_are_closed_in_order() {
    let site = Site::start(&["--workers", "3", "--balance", "slots"]).await;
    let mut connections = Vec::new();
    for _ in 0..IDLE {
        let mut connection = TcpStream::connect(site.master.address()).await.unwrap();
        ask(&mut connection).await;
        connections.push(connection);
    }
    site.done(&["scale", "1"]).await;
    until_so_many(&site, 1).await;
    let (mut closed, mut kept) = (0, 0);
    for connection in connections {
        // The system is asked, not what the runtime has seen of it.
        let mut connection = connection.into_std().unwrap();
        match connection.read(&mut [0; 64]) {
            Ok(0) => closed += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                ask(&mut TcpStream::from_std(connection).unwrap()).await;
                kept += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    announce(&format!(
        "{IDLE} idle connections: {closed} closed, {kept} kept"
    ));
    assert!(closed > 0, "{kept}");
}

/// A request and the whole of its short answer.
pub(crate) async fn ask(connection: &mut TcpStream) {
    connection.write_all(REQUEST).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}\n") {
        assert!(connection.read_buf(&mut answer).await.unwrap() > 0);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

/// A worker that always dies is started again after longer and longer pauses, and costs little.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_loop_slows_down() {
    let site = Site::start_with(&[], &[("HBNB_LOG_FORMAT", "json")]).await;
    let visitors = rig::Clients::start_fresh(site.master.address(), &questions());
    let pid = site.master.server.pid();
    let (since, used) = (Instant::now(), cpu_time(pid).unwrap());
    let pauses = || site.events("starting a worker again after a pause");
    until("pauses are made", LIMIT, async || {
        let status = site.master.status().await?;
        // It may be gone already.
        if let Some(worker) = status.worker(2) {
            let _ = signal(&worker.pid.to_string(), "KILL");
        }
        Ok(pauses().len() >= PAUSES)
    })
    .await
    .unwrap();
    let (took, used) = (since.elapsed(), cpu_time(pid).unwrap() - used);
    let pauses: Vec<f64> = pauses()
        .iter()
        .map(|line| line["pause_ms"].as_f64().unwrap())
        .collect();
    announce(&format!(
        "pauses of {pauses:?} ms; the master used {used:?} of {took:?}"
    ));
    assert!(pauses.is_sorted(), "{pauses:?}");
    for (pause, longest) in pauses.iter().zip([200.0, 400.0, 800.0, 1600.0]) {
        assert!((longest / 2.0..=longest).contains(pause), "{pauses:?}");
    }
    assert!(used < took / 4, "{used:?} of {took:?}");
    assert!(used < Duration::from_secs(2), "{used:?}");
    // The other one has served all the time, but for what the killed ones were at.
    let asked = visitors.end().await;
    assert!(asked.answered > asked.lost.len(), "{asked:?}");
    site.master.until_settled(LIMIT).await.unwrap();
}

/// What is asked for before the first worker is ready is done after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_first_worker_is_ready() {
    let storage = rig::Storage::sqlite().unwrap();
    let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
    let hbnb = rig::Binary::named("hbnb").unwrap();
    let args = [
        "serve",
        "--workers",
        "1",
        "--database-url",
        storage.url(),
        "--bind",
        &main,
        "--admin-bind",
        &admin,
    ];
    let command = hbnb.command(&args, &[], storage.folder());
    let (base, admin) = (format!("http://{main}"), format!("http://{admin}"));
    let server = rig::Server::launch(command, &base, &admin).unwrap();
    let master = rig::Master::of(server, storage.folder());
    until("it is asked for", LIMIT, async || {
        Ok(master.hbnb(&["scale", "3"]).await?.code == Some(0))
    })
    .await
    .unwrap();
    let site = Site { master, storage };
    until_so_many(&site, 3).await;
}
