//! Files of 4, 10 and 40 KB from memory, behind the whole stack, against nginx with sendfile: requests that a second of
//! processor time is enough for.
//!
//! `cargo bench --package hbnb-assets --bench nginx`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use assets::{File, of_files};
use kit::config::{COMMON, Common, Env, Settings, admin_bind, bind, flags};
use kit::serve::Inherited;
use kit::service::{self, Opened, Supervisors};
use kit::telemetry::Service;
use kit::{program, serve};
use rig::process::cpu_time;
use rig::{Again, Load, Nginx};
use tempfile::TempDir;

/// What is asked in a round.
const LOAD: Load = Load::kept(16, 1_000);
const ROUNDS: usize = 10;
/// Bytes of a file, and the rate that we need at least, nginx having 1.
const GOALS: [(usize, f64); 3] = [(4 << 10, 1.0), (10 << 10, 0.8), (40 << 10, 0.5)];

fn main() -> ExitCode {
    let is_server = std::env::args().any(|arg| arg == "--serve");
    program::run("nginx", async move || {
        if is_server {
            answer().await;
        } else {
            compare().await;
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn compare() {
    let folder = TempDir::new().unwrap();
    let (ours, nginx) = (Contender::ours(), Contender::nginx(folder.path()));
    for (size, goal) in GOALS {
        let mut used = [Duration::ZERO; 2];
        for round in 0..=ROUNDS {
            for (contender, used) in [&ours, &nginx].into_iter().zip(&mut used) {
                let spent = contender.run(size).await;
                // The first round only warms up.
                *used += if round > 0 { spent } else { Duration::ZERO };
            }
        }
        let requests = (ROUNDS * LOAD.all()) as f64;
        let [ours, nginx] = used.map(|used| used.as_secs_f64() * 1e6 / requests);
        let ratio = nginx / ours;
        println!(
            "{} KB: {ours:.1} µs of processor time a request, nginx {nginx:.1} µs: {ratio:.2} times its rate (goal {goal})",
            size >> 10
        );
        assert!(ratio >= goal, "{size} bytes: {ratio:.2}");
    }
}

/// A server in processes of its own, which ends with this.
struct Contender {
    _server: Server,
    /// The process that answers.
    pid: u32,
    address: SocketAddr,
}

enum Server {
    Ours { _ours: Again },
    Nginx { _nginx: Nginx },
}

impl Contender {
    fn ours() -> Contender {
        let ours = Again::serve("ours", |_| ()).unwrap();
        Contender {
            pid: ours.pid(),
            address: ours.address(),
            _server: Server::Ours { _ours: ours },
        }
    }

    fn nginx(folder: &Path) -> Contender {
        for (size, _) in GOALS {
            let file = folder.join(path(size).trim_start_matches('/'));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content(size)).unwrap();
        }
        let nginx = Nginx::start(folder, |address| configuration(folder, address)).unwrap();
        Contender {
            pid: nginx.worker().unwrap(),
            address: nginx.address(),
            _server: Server::Nginx { _nginx: nginx },
        }
    }

    /// The processor time that a round of requests took.
    async fn run(&self, size: usize) -> Duration {
        let before = cpu_time(self.pid).unwrap();
        let length = LOAD.run(self.address, &request(size)).await.unwrap();
        assert_eq!(length, size);
        cpu_time(self.pid).unwrap().saturating_sub(before)
    }
}

/// As a browser words it.
fn request(size: usize) -> String {
    format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n",
        path(size)
    )
}

fn path(size: usize) -> String {
    format!("/static/{size}.css")
}

fn content(size: usize) -> Vec<u8> {
    vec![b'x'; size]
}

/// As an operator would set it for files: kept-alive connections, no log.
fn configuration(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "types {{ text/css css; }}
        sendfile on;
        tcp_nopush on;
        keepalive_requests 1000000;
        server {{
            listen {address};
            root {folder};
        }}"
    )
}

/// Serves the same files from memory until it is told to stop, and says where.
async fn answer() {
    let files = GOALS.map(|(size, _)| File {
        path: format!("{size}.css").leak(),
        hash: "0123456789abcdef",
        kind: "text/css; charset=utf-8",
        identity: content(size).leak(),
        // As it is with real ones, the form is chosen by each request's `Accept-Encoding`.
        brotli: Some(content(size).leak()),
        zstd: None,
        gzip: None,
    });
    let free = "127.0.0.1:0";
    let options = [&[bind(free), admin_bind(free)], COMMON].concat();
    let flags = clap::Command::new("assets").args(flags(&options));
    let matches = flags.get_matches_from(["assets", "--log=warn", "--drain-delay=0s"]);
    let env = Env::read();
    let settings = Settings::load(&options, &env, &matches).unwrap();
    program::start_log(&settings).unwrap();
    let common: Common = settings.get().unwrap();
    let inherited = Inherited::default();
    let access = common.socket_access();
    let listeners = serve::bind(&common.bind, &common.admin_bind, &access, &inherited)
        .await
        .unwrap();
    println!("{}", listeners.0.addresses()[0]);
    let bench = Service {
        name: "bench",
        version: "0",
    };
    let router = of_files(Vec::from(files).leak());
    let open = async |_: &_| Ok(Opened::alone(router.into()));
    let alone = Supervisors::default();
    let _ = service::run(bench, &common, alone, listeners, open)
        .await
        .unwrap();
}
