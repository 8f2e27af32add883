//! A server in processes of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rig::process::{cpu_time, end_tree, free_port, tree};
use rig::{Again, Binary, Load, Server, until};
use tokio::net::TcpStream;

/// As the clients use it: two processes on two cores.
const WORKERS: &str = "2";
const PATIENCE: Duration = Duration::from_secs(20);

/// One that was started.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// Whether it keeps connections.
    pub(crate) keeps: bool,
    /// Whether it is the whole API.
    pub(crate) reads: bool,
    address: SocketAddr,
    processes: Processes,
}

enum Processes {
    Ours(Server),
    Axum(Again),
    Other(Child),
}

/// What one round has shown.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    /// Requests a second.
    pub(crate) rate: f64,
    /// Microseconds of processor time for one request, of all processes.
    pub(crate) micros: f64,
    /// Bytes of a body.
    pub(crate) body: usize,
}

impl Contender {
    /// Our application server.
    pub(crate) async fn hbnb(folder: &Path) -> Contender {
        let server = start(folder).await;
        let address = server.base().trim_start_matches("http://").parse();
        Contender {
            name: "hbnb serve, two workers",
            keeps: true,
            reads: true,
            address: address.unwrap(),
            processes: Processes::Ours(server),
        }
    }

    /// The same service, by what axum brings along.
    pub(crate) fn axum(name: &'static str) -> Contender {
        let server = Again::serve(name, |_| ()).unwrap();
        Contender {
            name,
            keeps: true,
            reads: true,
            address: server.address(),
            processes: Processes::Axum(server),
        }
    }

    /// Gunicorn, with the kind of worker that it has without an option, and with that which keeps connections.
    pub(crate) async fn gunicorn(program: &str, folder: &Path) -> [Contender; 2] {
        let threads = ["--worker-class", "gthread", "--threads", "8"];
        [
            gunicorn("gunicorn, sync", program, &[], folder).await,
            gunicorn("gunicorn, gthread", program, &threads, folder).await,
        ]
    }

    pub(crate) async fn run(&self, load: Load, request: &str) -> Round {
        let (before, begun) = (self.used(), Instant::now());
        let body = load.run(self.address, request).await.unwrap();
        let (took, used) = (begun.elapsed(), self.used() - before);
        let all = load.all() as f64;
        Round {
            rate: all / took.as_secs_f64(),
            micros: used.as_secs_f64() * 1e6 / all,
            body,
        }
    }

    /// Resident memory of all processes.
    pub(crate) fn megabytes(&self) -> f64 {
        let all = tree(self.pid()).into_iter().map(rss_kb);
        all.sum::<f64>() / 1e3
    }

    fn used(&self) -> Duration {
        let all = tree(self.pid()).into_iter();
        all.map(|pid| cpu_time(pid).unwrap()).sum()
    }

    fn pid(&self) -> u32 {
        match &self.processes {
            Processes::Ours(server) => server.pid(),
            Processes::Axum(server) => server.pid(),
            Processes::Other(child) => child.id(),
        }
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        if let Processes::Other(child) = &mut self.processes {
            end_tree(child);
        }
    }
}

/// Our application server with two workers that serve, which logs no requests.
pub(crate) async fn start(folder: &Path) -> Server {
    let args = ["serve", "--workers", WORKERS, "--log", "warn"];
    let hbnb = Binary::at(env!("CARGO_BIN_EXE_hbnb"));
    Server::start(&hbnb, &args, &[], folder).await.unwrap()
}

/// Resident memory of a process in kilobytes.
pub(crate) fn rss_kb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure.unwrap().parse().unwrap()
}

async fn gunicorn(name: &'static str, program: &str, args: &[&str], folder: &Path) -> Contender {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port().unwrap()));
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workers");
    let child = Command::new(program)
        .args(["--workers", WORKERS, "--bind", &address.to_string()])
        .args(["--no-control-socket", "--log-level", "warning"])
        .args(args)
        .arg("--pythonpath")
        .arg(here)
        .arg("bench_app:app")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder)
        .spawn()
        .unwrap();
    let answers = async || Ok(TcpStream::connect(address).await.is_ok());
    until(name, PATIENCE, answers).await.unwrap();
    Contender {
        name,
        keeps: !args.is_empty(),
        reads: false,
        address,
        processes: Processes::Other(child),
    }
}
