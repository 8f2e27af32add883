//! How connections are shared, and several listeners.

use rig::Clients;
use rig::process::free_port;
use rig::site::{Site, nothing_lost, questions};
use rig::{Binary, Master, Server, Storage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::LIMIT;

/// Connections one after another.
const CONNECTIONS: usize = 400;
const WORKERS: u64 = 4;

/// The kernel spreads connections, and a worker that leaves hands its socket on with all that wait there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots() {
    let site = Site::start(&["--balance", "slots", "--workers", "4"]).await;
    let before = site.master.status().await.unwrap();
    let address = site.master.address();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = TcpStream::connect(address).await.unwrap();
        crate::scale::ask(&mut connection).await;
        open.push(connection);
    }
    let after = site.master.status().await.unwrap();
    let shares: Vec<u64> = (1..=4)
        .map(|slot| {
            let [before, after] = [&before, &after].map(|all| all.worker(slot).unwrap().requests);
            after - before
        })
        .collect();
    let fair = CONNECTIONS as u64 / WORKERS;
    // Dice that are thrown 400 times leave these bounds once in a million times.
    let is_fair = |share: &u64| (fair / 2..=fair * 3 / 2).contains(share);
    assert!(shares.iter().all(is_fair), "{shares:?}");
    rig::announce(&format!("{CONNECTIONS} connections over slots: {shares:?}"));
    drop(open);
    let visitors = site.visitors();
    for turn in 0..3 {
        visitors.until_answered(200).await.unwrap();
        site.reload(turn).await;
    }
    site.done(&["scale", "2"]).await;
    visitors.until_answered(200).await.unwrap();
    site.done(&["scale", "5"]).await;
    visitors.until_answered(200).await.unwrap();
    nothing_lost("a socket for each slot", &visitors.end().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_listeners() {
    let storage = Storage::sqlite().unwrap();
    let [one, other, admin] = [(); 3].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
    let socket = storage.folder().join("main.sock");
    let bind = format!("{one},{other},unix:{}", socket.display());
    let args = [
        "serve",
        "--no-demo",
        "--workers",
        "2",
        "--bind",
        &bind,
        "--admin-bind",
        &admin,
    ];
    let args = [&args[..], &["--database-url", storage.url()]].concat();
    let hbnb = Binary::named("hbnb").unwrap();
    let command = hbnb.command(&args, &[], storage.folder());
    let base = format!("http://{one}");
    let mut server = Server::launch(command, &base, &format!("http://{admin}")).unwrap();
    server.until_ready().await.unwrap();
    let site = Site {
        master: Master::of(server, storage.folder()),
        storage,
    };
    let all = [&one, &other].map(|address| Clients::start(address, &questions()));
    for turn in 0..2 {
        for visitors in &all {
            visitors.until_answered(100).await.unwrap();
        }
        site.reload(turn).await;
        let mut stream = UnixStream::connect(&socket).await.unwrap();
        let request = b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    for visitors in all {
        nothing_lost("one of several listeners", &visitors.end().await);
    }
    assert_eq!(site.master.status().await.unwrap().listens.len(), 3);
    site.master.server.terminate().unwrap();
    let mut site = site;
    assert_eq!(
        site.master.server.wait(LIMIT).await.unwrap().code(),
        Some(0)
    );
    assert!(!socket.exists(), "the file of the socket is left");
}

/// No socket of a slot is without a worker, although none can begin that would take it over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fewer_slots_while_nothing_can_begin() {
    let args = ["--balance", "slots", "--workers", "3"];
    let site = Site::start_with(&args, &[("HBNB_DATABASE_WAIT", "500ms")]).await;
    let file = site.storage.folder().join("hbnb.db");
    let away = file.with_extension("away");
    std::fs::rename(&file, &away).unwrap();
    std::fs::create_dir(&file).unwrap();
    let said = site.refused(&["scale", "1"]).await;
    assert!(said.contains("ended before it was ready"), "{said}");
    all_are_answered(&site).await;
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(status.workers.len(), 3);
    std::fs::remove_dir(&file).unwrap();
    std::fs::rename(&away, &file).unwrap();
    site.done(&["scale", "1"]).await;
    all_are_answered(&site).await;
}

/// So many that every socket has some.
async fn all_are_answered(site: &Site) {
    for _ in 0..CONNECTIONS / 4 {
        let mut connection = TcpStream::connect(site.master.address()).await.unwrap();
        let asked = timeout(LIMIT, crate::scale::ask(&mut connection)).await;
        assert!(asked.is_ok(), "a connection is accepted by nobody");
    }
}
