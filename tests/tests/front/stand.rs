//! nginx with the rules of the front, and a service behind it that answers anything.

use std::fs;
use std::net::SocketAddr;

use rig::http::{Reply, send};
use rig::{Nginx, Tool, missing, top};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::LIMIT;

/// A service that keeps the heads it gets, and answers each with the same.
pub(crate) struct Stand {
    pub(crate) address: SocketAddr,
    heads: UnboundedReceiver<String>,
    _task: JoinSet<()>,
}

impl Stand {
    pub(crate) async fn says(answer: &'static str) -> Stand {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heads, kept) = unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer_all(stream, answer, heads.clone()));
            }
        });
        Stand {
            address,
            heads: kept,
            _task: task,
        }
    }

    pub(crate) async fn head(&mut self) -> String {
        self.heads.recv().await.unwrap()
    }

    /// How often it was asked since the last time.
    pub(crate) fn asked(&mut self) -> usize {
        std::iter::from_fn(|| self.heads.try_recv().ok()).count()
    }
}

async fn answer_all(mut stream: TcpStream, answer: &str, heads: UnboundedSender<String>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let head = String::from_utf8_lossy(&buffer[..length]).to_lowercase();
        if heads.send(head).is_err() || stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// nginx with the shared rules, all services at one address, and the settings of a target.
pub(crate) struct Front {
    pub(crate) nginx: Nginx,
    folder: TempDir,
}

impl Front {
    pub(crate) fn before(service: SocketAddr, settings: &str) -> Option<Front> {
        if let Err(why) = Nginx::available() {
            missing(Tool::Nginx, "the rules of the front", &why);
            return None;
        }
        let folder = TempDir::new().unwrap();
        let rules = top().unwrap().join("deploy/nginx/rules");
        for file in fs::read_dir(rules).unwrap().map(Result::unwrap) {
            let text = fs::read_to_string(file.path()).unwrap();
            // Where this target keeps the pages of errors, and less patience than people get.
            let text = text
                .replace("/etc/nginx/hbnb", folder.path().to_str().unwrap())
                .replace("proxy_read_timeout 65s", "proxy_read_timeout 1s");
            fs::write(folder.path().join(file.file_name()), text).unwrap();
        }
        let log = folder.path().join("access.log");
        let upstream =
            |name: &str| format!("upstream hbnb_{name} {{ server {service}; keepalive 4; }}\n");
        let upstreams = ["web", "api", "assets"].map(upstream).concat();
        let http = |address: SocketAddr| {
            let (folder, log) = (folder.path().display(), log.display());
            format!(
                "geo $realip_remote_addr $hbnb_trusted {{ default 0; }}
                map '' $hbnb_sampled {{ default 01; }}
                {settings}
                {upstreams}
                include {folder}/http.conf;
                include {folder}/manners.conf;
                server {{ listen {address}; access_log {log} hbnb; include {folder}/server.conf; }}"
            )
        };
        let nginx = Nginx::start(folder.path(), http).unwrap();
        Some(Front { nginx, folder })
    }

    pub(crate) async fn post(&self, path: &str, body: usize) -> Reply {
        let body = vec![b'a'; body];
        send(&self.nginx.base(), "POST", path, &[], Some(body), LIMIT)
            .await
            .unwrap()
    }

    /// The line of a request.
    pub(crate) async fn line(&self, method: &str, path: &str) -> Value {
        let log = self.folder.path().join("access.log");
        let mut found = None;
        let look = async || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let mut lines = text.lines().flat_map(serde_json::from_str::<Value>);
            found = lines.find(|line| line["method"] == method && line["path"] == path);
            Ok(found.is_some())
        };
        rig::until("the line of a request", LIMIT, look)
            .await
            .unwrap();
        found.unwrap()
    }
}
