//! The master is killed, which it cannot help: its workers finish what they are at, and leave.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rig::http::get;
use rig::process::{free_port, is_alive};
use rig::site::{Site, nothing_lost, questions};
use rig::{Binary, Clients, Master, Server, Storage, until};
use tokio::task::JoinSet;

use crate::{LIMIT, sized};

const REQUESTS: usize = 8;
/// Kills, and requests that are answered before each.
const LIGHT: (usize, usize) = (2, 300);
const HEAVY: (usize, usize) = (10, 3_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_finish_and_leave() {
    let mut site = Site::start_with(&[], &[("HBNB_FAULTS", "true")]).await;
    let workers = site.master.pids().await.unwrap();
    site.fault("latency?value=2s").await;
    let mut asked = JoinSet::new();
    for _ in 0..REQUESTS {
        let base = site.master.server.base().to_owned();
        asked.spawn(async move { get(&base, "/api/v1/states").await.unwrap().status });
    }
    site.master
        .until("all are being answered", LIMIT, |status| {
            let all: u64 = status.workers.iter().map(|worker| worker.in_flight).sum();
            all == REQUESTS as u64
        })
        .await
        .unwrap();
    site.master.server.kill();
    let statuses = asked.join_all().await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    until_gone(&workers).await;
}

async fn until_gone(pids: &[u32]) {
    until("no worker is left", LIMIT, async || {
        Ok(!pids.iter().any(|pid| is_alive(*pid)))
    })
    .await
    .unwrap();
}

/// A socket that outlives masters, as systemd holds it.
struct Holder {
    storage: Storage,
    listener: TcpListener,
}

impl Holder {
    fn new() -> Holder {
        Holder {
            storage: Storage::sqlite().unwrap(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        }
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    /// A master on the socket, ready. The socket comes as standard input and becomes descriptor 3.
    async fn serve(&self) -> Master {
        let script = r#"exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@""#;
        let hbnb = Binary::named("hbnb").unwrap();
        let admin = format!("127.0.0.1:{}", free_port().unwrap());
        let shell = ["-c", script, hbnb.path().to_str().unwrap()];
        let own = ["serve", "--no-demo", "--database-url", self.storage.url()];
        let ways = ["--admin-bind", &admin, "--workers", "2"];
        let args = [&shell[..], &own, &ways].concat();
        let mut command = Binary::at("/bin/sh").command(&args, &[], self.storage.folder());
        command.stdin(Stdio::from(OwnedFd::from(
            self.listener.try_clone().unwrap(),
        )));
        let base = format!("http://{}", self.address());
        let mut server = Server::launch(command, &base, &format!("http://{admin}")).unwrap();
        server.until_ready().await.unwrap();
        let master = Master::of(server, self.storage.folder());
        master.until_settled(LIMIT).await.unwrap();
        master
    }
}

/// Nobody is refused while one master is gone and the next is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_socket_outlives_the_master() {
    let (turns, each) = sized(LIGHT, HEAVY);
    let holder = Holder::new();
    let mut master = holder.serve().await;
    let visitors = Clients::start(&holder.address(), &questions());
    for _ in 0..turns {
        visitors.until_answered(each).await.unwrap();
        let workers = master.pids().await.unwrap();
        master.server.kill();
        // The control socket that the killed one has left is in nobody's way.
        master = holder.serve().await;
        until_gone(&workers).await;
    }
    visitors.until_answered(each).await.unwrap();
    nothing_lost(&format!("{turns} killed masters"), &visitors.end().await);
}
