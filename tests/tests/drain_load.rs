//! Servers that take turns on one listening socket under load: no request is lost, and each is counted.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "drain_load/load.rs"]
mod load;

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use load::{Load, PATH};
use rig::process::free_port;
use rig::{Binary, Server, Storage, announce, environment, until};

const LIMIT: Duration = Duration::from_secs(30);
/// Takeovers, and the requests that are answered before each.
const SHORT: (usize, usize) = (5, 200);
const LONG: (usize, usize) = (20, 2_500);
/// Takeovers in which one request at least must have been lost.
const MOST_TURNS: usize = 60;

/// A socket that outlives the servers on it.
struct Site {
    storage: Storage,
    listener: TcpListener,
    linger: &'static str,
}

impl Site {
    fn new(linger: &'static str) -> Site {
        Site {
            storage: Storage::sqlite().unwrap(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            linger,
        }
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    /// A server on the socket, ready. The socket comes as standard input and becomes descriptor 3, as from a supervisor.
    async fn serve(&self) -> Server {
        let script = r#"exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@""#;
        let hbnb = Binary::named("hbnb").unwrap();
        let admin = format!("127.0.0.1:{}", free_port().unwrap());
        let shell = ["-c", script, hbnb.path().to_str().unwrap()];
        let own = ["serve", "--no-demo", "--database-url", self.storage.url()];
        let ways = ["--admin-bind", &admin, "--drain-linger", self.linger];
        let args = [&shell[..], &own, &ways].concat();
        let mut command = Binary::at("/bin/sh").command(&args, &[], self.storage.folder());
        let socket = OwnedFd::from(self.listener.try_clone().unwrap());
        command.stdin(Stdio::from(socket));
        let base = format!("http://{}", self.address());
        let mut server = Server::launch(command, &base, &format!("http://{admin}")).unwrap();
        server.until_ready().await.unwrap();
        server
    }

    /// Lets a successor take over from the server; returns it, and how many requests the other has logged.
    async fn take_over(&self, mut server: Server) -> (Server, usize) {
        let successor = self.serve().await;
        server.terminate().unwrap();
        (successor, logged(&mut server).await)
    }
}

/// How many requests the server, which was told to stop, has logged.
async fn logged(server: &mut Server) -> usize {
    let status = server.wait(LIMIT).await.unwrap();
    assert_eq!(status.code(), Some(0), "{}", server.logs());
    let logs = server.logs();
    logs.lines().filter(|line| line.contains(PATH)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_lost_when_servers_take_turns() {
    let is_long = environment::variable("HBNB_TEST_HEAVY").is_some();
    let (turns, each) = if is_long { LONG } else { SHORT };
    let site = Site::new("1s");
    let mut server = site.serve().await;
    let load = Load::start(&site.address());
    let mut counted = 0;
    for _ in 0..turns {
        let enough = load.answered() + each;
        let what = format!("{enough} requests are answered");
        until(&what, LIMIT, async || Ok(load.answered() >= enough))
            .await
            .unwrap();
        let (successor, logged) = site.take_over(server).await;
        server = successor;
        counted += logged;
    }
    let (answered, lost) = load.end().await;
    server.terminate().unwrap();
    counted += logged(&mut server).await;
    announce(&format!(
        "{turns} takeovers: {answered} answered, {} lost",
        lost.len()
    ));
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(counted, answered, "logged and answered");
    assert!(answered >= turns * each, "{answered}");
}

/// Idle connections that are closed at once meet requests on their way: the load can tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_lost_without_the_linger() {
    let site = Site::new("0s");
    let mut server = site.serve().await;
    let load = Load::start(&site.address());
    for _ in 0..MOST_TURNS {
        (server, _) = site.take_over(server).await;
        if load.lost() > 0 {
            break;
        }
    }
    let (answered, lost) = load.end().await;
    announce(&format!("{answered} answered, {} lost", lost.len()));
    assert!(!lost.is_empty());
}
