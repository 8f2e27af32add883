//! A master with two workers, whose options are in a file.

use std::fs;
use std::process::{Command, Output};

use rig::process::{free_port, signal, stop};
use rig::{Binary, Server, run};
use tempfile::TempDir;
use tokio::net::TcpSocket;

pub(crate) const SLOTS: [u32; 2] = [1, 2];
const FILE: &str = "hbnb.toml";
const SERVE: [&str; 3] = ["serve", "--config", FILE];

pub(crate) struct Stand {
    pub(crate) server: Server,
    folder: TempDir,
}

impl Stand {
    /// Starts it, with more lines in its file.
    pub(crate) async fn start(lines: &str) -> Stand {
        let folder = configured(lines);
        let hbnb = Binary::named("hbnb").unwrap();
        let server = Server::start(&hbnb, &SERVE, &[], folder.path()).await;
        Stand {
            server: server.unwrap(),
            folder,
        }
    }

    /// Starts it with a unix socket beside the port, see [`Stand::unix`].
    pub(crate) async fn with_unix(lines: &str) -> Stand {
        let folder = configured(lines);
        let main = address();
        let bind = format!("{main},{}", unix(&folder));
        let hbnb = Binary::named("hbnb").unwrap();
        let command = |args: &[&str]| hbnb.command(args, &[], folder.path());
        let server = launch(command, &["--bind", &bind], &main).await;
        Stand { server, folder }
    }

    /// Starts it with a socket of its supervisor, for a queue that is no longer than that.
    pub(crate) async fn with_queue(backlog: u32, lines: &str) -> Stand {
        let folder = configured(lines);
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(backlog).unwrap().into_std().unwrap();
        let main = listener.local_addr().unwrap().to_string();
        let hbnb = Binary::named("hbnb").unwrap();
        let command = |args: &[&str]| hbnb.command_on(listener, args, &[], folder.path());
        let server = launch(command, &[], &main).await;
        Stand { server, folder }
    }

    /// The address of its unix socket, as the metrics tell it.
    pub(crate) fn unix(&self) -> String {
        unix(&self.folder)
    }

    /// Writes the file anew.
    pub(crate) fn configure(&self, lines: &str) {
        write(&self.folder, lines);
    }

    /// A command of `hbnb` about it.
    pub(crate) async fn run(&self, args: &[&str]) -> Output {
        let hbnb = Binary::named("hbnb").unwrap();
        run(&hbnb, args, &[], self.folder.path()).await.unwrap()
    }

    /// Sends a signal to the worker of a slot, and waits until it has stopped if that is what it is for; to none if it has none now.
    pub(crate) async fn signal(&self, slot: u32, name: &str) {
        let output = self.run(&["status", "--json"]).await;
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut workers = status["workers"].as_array().unwrap().iter();
        if let Some(worker) = workers.find(|worker| worker["slot"] == slot) {
            let pid = worker["pid"].as_u64().unwrap().try_into().unwrap();
            if name == "STOP" {
                stop(pid).await.unwrap();
                return;
            }
            // It may have ended meanwhile.
            let _ = signal(&pid.to_string(), name);
        }
    }
}

fn configured(lines: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    write(&folder, lines);
    folder
}

fn write(folder: &TempDir, lines: &str) {
    let text = format!("workers = 2\nno_demo = true\nfaults = true\n{lines}\n");
    fs::write(folder.path().join(FILE), text).unwrap();
}

/// Launches what `command` makes of arguments, and waits until it is ready.
async fn launch(command: impl FnOnce(&[&str]) -> Command, more: &[&str], main: &str) -> Server {
    let admin = address();
    let args = [&SERVE, more, &["--admin-bind", &admin]].concat();
    let [main, admin] = [main, &admin].map(|address| format!("http://{address}"));
    let mut server = Server::launch(command(&args), &main, &admin).unwrap();
    server.until_ready().await.unwrap();
    server
}

fn address() -> String {
    format!("127.0.0.1:{}", free_port().unwrap())
}

fn unix(folder: &TempDir) -> String {
    format!("unix:{}", folder.path().join("main.sock").display())
}
