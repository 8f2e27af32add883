//! Sockets that systemd holds: its own tool listens, and starts the program at the first connection.

use super::{PATIENCE, example, has_systemd};
use rig::http::get;
use rig::process::free_port;
use rig::{Binary, Master, Notify, Server, Storage, run, start_api, until};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// A program that waits for its first connection: two main listeners, TCP and unix, and the admin listener.
struct Activated {
    server: Server,
    unix: PathBuf,
}

impl Activated {
    /// Holds the sockets as the units do, and gives the program the variables that they do.
    fn hold(program: &[&str], envs: &[(&str, &str)], folder: &Path) -> Activated {
        let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
        let unix = folder.join("main.sock");
        let variables: Vec<String> = envs
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let mut args = vec!["--fdname=main:main:admin"];
        for listen in [&main, unix.to_str().unwrap(), &admin] {
            args.extend(["--listen", listen]);
        }
        for variable in &variables {
            args.extend(["--setenv", variable]);
        }
        let binary = Binary::named(program[0]).unwrap();
        args.push(binary.path().to_str().unwrap());
        args.extend(&program[1..]);
        let tool = Binary::at("systemd-socket-activate");
        let command = tool.command(&args, &[], folder);
        let [base, admin] = [main, admin].map(|address| format!("http://{address}"));
        let server = Server::launch(command, &base, &admin).unwrap();
        Activated { server, unix }
    }

    /// Waits until the sockets are there; the program is not yet.
    async fn until_held(&self) {
        self.server
            .until_says("Listening on 127.0.0.1", PATIENCE)
            .await
            .unwrap();
        until("all three sockets are there", PATIENCE, async || {
            Ok(self.server.logs().matches("Listening on ").count() == 3)
        })
        .await
        .unwrap();
    }

    /// What is answered on the unix socket.
    async fn ask_unix(&self, path: &str) -> String {
        let mut stream = UnixStream::connect(&self.unix).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn assets() {
    if !has_systemd("sockets for hbnb-assets") {
        return;
    }
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let config = example("hbnb-assets");
    let envs = [notify.env(), ("HBNB_CONFIG", &config)];
    let mut held = Activated::hold(&["hbnb-assets", "serve"], &envs, folder.path());
    held.until_held().await;
    assert!(notify.lines().is_empty(), "{:?}", notify.lines());
    // The question that starts it is answered by it.
    let path = "/static/styles/4-common.css";
    let reply = get(held.server.base(), path).await.unwrap();
    assert_eq!(reply.status, 200);
    notify.until("READY=1", PATIENCE).await.unwrap();
    let answer = held.ask_unix(path).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Each name is what it says: probes and metrics are answered there, and only there.
    assert_eq!(held.server.probe("ready").await.unwrap(), 200);
    assert_eq!(
        get(held.server.base(), "/metrics").await.unwrap().status,
        404
    );
    let answer = held.ask_unix("/healthz/live").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    held.server.terminate().unwrap();
    notify.until("STOPPING=1", PATIENCE).await.unwrap();
    assert_eq!(held.server.wait(PATIENCE).await.unwrap().code(), Some(0));
    assert!(
        held.unix.exists(),
        "a socket that is not its own was removed"
    );
}

#[tokio::test]
async fn api() {
    if !has_systemd("sockets for hbnb-api") {
        return;
    }
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let config = example("hbnb-api");
    let envs = [
        notify.env(),
        ("HBNB_CONFIG", &config),
        ("HBNB_DATABASE_URL", storage.url()),
    ];
    // As ExecStartPre= does.
    let binary = Binary::named("hbnb-api").unwrap();
    let migrated = run(&binary, &["migrate"], &envs[1..], storage.folder()).await;
    assert!(migrated.unwrap().status.success());
    let mut held = Activated::hold(&["hbnb-api", "serve"], &envs, storage.folder());
    held.until_held().await;
    let answer = held.ask_unix("/api/v1/status").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    notify.until("READY=1", PATIENCE).await.unwrap();
    let reply = get(held.server.base(), "/api/v1/states").await.unwrap();
    assert_eq!(reply.json().unwrap(), json!([]));
    assert_eq!(held.server.probe("ready").await.unwrap(), 200);
    held.server.terminate().unwrap();
    assert_eq!(held.server.wait(PATIENCE).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn web() {
    if !has_systemd("sockets for hbnb-web") {
        return;
    }
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let api = start_api(storage.url(), &[], &[], storage.folder()).await;
    let api = api.unwrap();
    let config = example("hbnb-web");
    let envs = [
        notify.env(),
        ("HBNB_CONFIG", &config),
        ("HBNB_API_URL", api.base()),
    ];
    let mut held = Activated::hold(&["hbnb-web", "serve"], &envs, storage.folder());
    held.until_held().await;
    let answer = held.ask_unix("/").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    notify.until("READY=1", PATIENCE).await.unwrap();
    assert_eq!(get(held.server.base(), "/").await.unwrap().status, 200);
    assert_eq!(held.server.probe("ready").await.unwrap(), 200);
    held.server.terminate().unwrap();
    assert_eq!(held.server.wait(PATIENCE).await.unwrap().code(), Some(0));
}

/// A master and its workers: the sockets stay those of systemd through a reload and an upgrade.
#[tokio::test]
async fn master() {
    if !has_systemd("sockets for hbnb serve") {
        return;
    }
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let config = example("hbnb");
    let control = storage.folder().join("hbnb.sock");
    let envs = [
        notify.env(),
        ("HBNB_CONFIG", &config),
        ("HBNB_DATABASE_URL", storage.url()),
        ("HBNB_CONTROL_SOCKET", control.to_str().unwrap()),
        ("HBNB_WORKERS", "2"),
    ];
    let held = Activated::hold(&["hbnb", "serve"], &envs, storage.folder());
    held.until_held().await;
    let answer = held.ask_unix("/api/v1/status").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    notify.until("READY=1", PATIENCE).await.unwrap();
    let Activated { server, unix } = held;
    let mut master = Master::of(server, storage.folder());
    let first = master.until_settled(PATIENCE).await.unwrap();
    assert_eq!((first.workers.len(), first.listens.len()), (2, 2));
    for (number, args) in [&["reload", "--wait"][..], &["upgrade"]]
        .into_iter()
        .enumerate()
    {
        let ran = master.hbnb(args).await.unwrap();
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        let now = master.until_settled(PATIENCE).await.unwrap();
        assert_eq!((now.pid, now.generation), (first.pid, number as u64 + 2));
        assert_eq!(now.listens, first.listens);
        assert_eq!(master.server.probe("ready").await.unwrap(), 200);
        let reply = get(master.server.base(), "/api/v1/states").await.unwrap();
        assert_eq!(reply.json().unwrap(), json!([]));
    }
    master.server.terminate().unwrap();
    assert_eq!(master.server.wait(PATIENCE).await.unwrap().code(), Some(0));
    assert!(unix.exists(), "a socket that is not its own was removed");
}
