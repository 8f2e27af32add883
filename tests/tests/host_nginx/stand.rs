//! `hbnb serve` with the nginx that `hbnb nginx` asks for, and who visits it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fs, process};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rig::http::{Reply, send};
use rig::process::free_port;
use rig::{Binary, Nginx, Server, Storage, Tool, missing};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::LIMIT;

/// What of Debian's nginx.conf stands before and after a file in conf.d.
const DEBIAN: (&str, &str) = (
    "events { worker_connections 64; }\nhttp {\ninclude /etc/nginx/mime.types;\ngzip on;\naccess_log off;\n",
    "\n}\n",
);

/// A folder for a test that needs nginx; without one it is skipped.
pub(crate) fn folder_for(what: &str) -> Option<TempDir> {
    if let Err(why) = Nginx::available() {
        missing(Tool::Nginx, what, &why);
        return None;
    }
    Some(TempDir::new().unwrap())
}

/// Where hbnb listens: in this folder.
pub(crate) fn by_unix(folder: &Path) -> String {
    format!("unix:{}", folder.join("hbnb.sock").display())
}

pub(crate) fn by_tcp(_: &Path) -> String {
    format!("127.0.0.1:{}", free_port().unwrap())
}

/// A running site.
pub(crate) struct Site {
    pub(crate) nginx: Nginx,
    pub(crate) server: Server,
    folder: TempDir,
    _storage: Storage,
}

impl Site {
    /// `bind` says where hbnb listens; then come flags of `hbnb serve`, and of `hbnb nginx`.
    pub(crate) async fn before(
        bind: impl Fn(&Path) -> String,
        serve: &[&str],
        front: &[&str],
    ) -> Option<Site> {
        let folder = folder_for("nginx on a host")?;
        let bind = bind(folder.path());
        let (server, storage) = serve_at(&bind, serve).await;
        let nginx = Nginx::start(folder.path(), |address| {
            let address = address.to_string();
            let files = files(folder.path());
            let own = ["--bind", &bind, "--listen", &address];
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            let site = printed(&[&own, &files[..], front].concat());
            format!("include /etc/nginx/mime.types;\n{site}")
        });
        Some(Site {
            nginx: nginx.unwrap(),
            server,
            folder,
            _storage: storage,
        })
    }

    pub(crate) async fn ask(&self, method: &str, path: &str) -> Reply {
        let base = self.nginx.base();
        send(&base, method, path, &[], None, LIMIT).await.unwrap()
    }

    /// nginx' access log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }

    /// Connections that hbnb has accepted, of all processes.
    pub(crate) async fn connections(&self) -> f64 {
        let wanted = |series: &str| {
            series.starts_with("connections_accepted_total") && series.contains("listener=\"main\"")
        };
        self.sum(wanted).await
    }

    /// Requests that hbnb has answered, of routes that begin so.
    pub(crate) async fn answered(&self, route: &str) -> f64 {
        let route = format!("route=\"{route}");
        let wanted =
            |series: &str| series.starts_with("http_requests_total") && series.contains(&route);
        self.sum(wanted).await
    }

    async fn sum(&self, wanted: impl Fn(&str) -> bool) -> f64 {
        let metrics = self.server.scrape().await.unwrap();
        let figures = metrics.series().filter(|(series, _)| wanted(series));
        figures.map(|(_, figure)| figure).sum()
    }
}

/// `hbnb serve` at these addresses, which believes whoever is there.
pub(crate) async fn serve_at(bind: &str, args: &[&str]) -> (Server, Storage) {
    let storage = Storage::sqlite().unwrap();
    let admin = format!("127.0.0.1:{}", free_port().unwrap());
    let fixed = [
        "serve",
        "--bind",
        bind,
        "--admin-bind",
        &admin,
        "--database-url",
        storage.url(),
        "--trusted-proxies",
        "unix,127.0.0.1",
    ];
    let hbnb = Binary::named("hbnb").unwrap();
    let command = hbnb.command(&[&fixed, args].concat(), &[], storage.folder());
    let mut server = Server::launch(command, "", &format!("http://{admin}")).unwrap();
    server.until_ready().await.unwrap();
    (server, storage)
}

/// What `hbnb nginx` prints with these flags.
pub(crate) fn printed(args: &[&str]) -> String {
    let output = hbnb_now(&[&["nginx"], args].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A command of hbnb, which ends at once.
pub(crate) fn hbnb_now(args: &[&str]) -> process::Output {
    let hbnb = Binary::named("hbnb").unwrap();
    hbnb.command(args, &[], Path::new("/")).output().unwrap()
}

/// Where nginx may write.
fn files(folder: &Path) -> [String; 2] {
    let file = |name| folder.join(name).display().to_string();
    [
        format!("--cache-dir={}", file("cache")),
        format!("--access-log={}", file("access.log")),
    ]
}

/// Writes what `hbnb nginx` prints as a file that nginx can read alone, with free ports and files in this folder.
pub(crate) fn at(folder: &Path, args: &[&str], whole: bool) -> PathBuf {
    let ports = ["--listen", "--listen-tls"]
        .map(|flag| format!("{flag}=127.0.0.1:{}", free_port().unwrap()));
    let is_secured = args.contains(&"--certificate");
    let ports = ports
        .iter()
        .take(if is_secured { 2 } else { 1 })
        .map(String::as_str);
    let files = files(folder);
    let files = files.iter().map(String::as_str).filter(|file| {
        let (flag, _) = file.split_once('=').unwrap();
        !args.iter().any(|arg| arg.starts_with(flag))
    });
    let own: Vec<&str> = ports
        .chain(files)
        .chain(whole.then_some("--whole"))
        .collect();
    let text = printed(&[args, &own[..]].concat());
    let pid = format!("pid {}/nginx.pid;", folder.display());
    let text = match whole {
        true => text
            .replace("pid /run/nginx.pid;", &pid)
            .replace("error_log /var/log/nginx/error.log;", "error_log stderr;"),
        false => format!("{pid}\n{}{text}{}", DEBIAN.0, DEBIAN.1),
    };
    let file = folder.join("nginx.conf");
    fs::write(&file, text).unwrap();
    file
}

/// So many requests of so many clients, each on one connection.
pub(crate) async fn requests(address: SocketAddr, clients: usize, each: usize) {
    let mut all = JoinSet::new();
    for _ in 0..clients {
        all.spawn(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            let mut task = JoinSet::new();
            task.spawn(connection);
            for _ in 0..each {
                let request = Request::get("/airbnb-onepage/").header("host", "localhost");
                sender.ready().await.unwrap();
                let reply = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap());
                let reply = reply.await.unwrap();
                assert_eq!(reply.status(), 200);
                let body = reply.into_body().collect().await.unwrap();
                assert_eq!(body.to_bytes(), "Hello HBNB!");
            }
        });
    }
    all.join_all().await;
}
