//! The task configurations of the original, in front of one `hbnb serve` with several listeners.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use rig::http::get;
use rig::process::free_port;
use rig::{Nginx, Server, Storage, top};
use tempfile::TempDir;

use crate::stand::{folder_for, hbnb_now, serve_at};

/// hbnb where the files say, on other ports.
struct Tasks {
    ports: [u16; 4],
    folder: TempDir,
    _server: Server,
    _storage: Storage,
}

impl Tasks {
    async fn start() -> Option<Tasks> {
        let folder = folder_for("the task configurations")?;
        let ports = [(); 4].map(|()| free_port().unwrap());
        let (server, storage) = serve_at(&addresses(&ports), &[]).await;
        Some(Tasks {
            ports,
            folder,
            _server: server,
            _storage: storage,
        })
    }

    /// The file of a task, with the ports of the test.
    fn file(&self, task: usize, listen: &str) -> String {
        let file = format!("deploy/nginx/tasks/{task}-app_server-nginx_config");
        let mut text = fs::read_to_string(top().unwrap().join(file)).unwrap();
        for (at, port) in self.ports.iter().enumerate() {
            text = text.replace(
                &format!("127.0.0.1:{}", 5000 + at),
                &format!("127.0.0.1:{port}"),
            );
        }
        text.replace("    listen [::]:80 default_server;\n", "")
            .replace("listen 80 ", &format!("listen {listen} "))
    }

    fn nginx(&self, task: usize) -> Nginx {
        let file = |address: SocketAddr| self.file(task, &address.to_string());
        Nginx::start(self.folder.path(), file).unwrap()
    }
}

fn addresses(ports: &[u16]) -> String {
    let all: Vec<String> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    all.join(",")
}

/// Each task keeps what came before.
#[tokio::test]
async fn tasks_two_to_five() {
    let Some(tasks) = Tasks::start().await else {
        return;
    };
    for task in 2..=5 {
        let nginx = tasks.nginx(task);
        let page = get(&nginx.base(), "/airbnb-onepage/").await.unwrap();
        assert_eq!((page.status, &*page.text()), (200, "Hello HBNB!"));
        assert_eq!(page.header("content-length"), Some("11"));
        assert_eq!(page.header("connection"), Some("keep-alive"));
        assert!(page.header("x-served-by").is_some());
        let moved = get(&nginx.base(), "/airbnb-onepage").await.unwrap();
        assert_eq!(moved.status, 301);
        let number = "/airbnb-dynamic/number_odd_or_even";
        let page = get(&nginx.base(), &format!("{number}/89")).await.unwrap();
        assert_eq!(page.status, if task < 3 { 404 } else { 200 });
        assert_eq!(page.text().contains("Number: 89 is odd"), task >= 3);
        for wrong in ["x", "-4"] {
            let page = get(&nginx.base(), &format!("{number}/{wrong}"))
                .await
                .unwrap();
            assert_eq!(
                (page.status, page.header("x-served-by")),
                (404, None),
                "{task}"
            );
        }
        let status = get(&nginx.base(), "/api/v1/status").await.unwrap();
        assert_eq!(status.status, if task < 4 { 404 } else { 200 }, "{task}");
    }
}

/// The whole site ends as the page of its own port does.
#[tokio::test]
async fn task_five() {
    let Some(tasks) = Tasks::start().await else {
        return;
    };
    let nginx = tasks.nginx(5);
    let page = get(&nginx.base(), "/").await.unwrap();
    let own = format!("http://127.0.0.1:{}", tasks.ports[3]);
    let direct = get(&own, "/2-hbnb").await.unwrap();
    let end = |text: &str| -> Vec<String> {
        let lines: Vec<&str> = text.trim_end().lines().map(str::trim).collect();
        lines
            .iter()
            .rev()
            .take(5)
            .map(|line| (*line).to_owned())
            .collect()
    };
    assert_eq!(page.status, 200);
    assert_eq!(end(&page.text()), end(&direct.text()));
    assert!(page.text().contains("/static/scripts/2-hbnb.js"));
    let file = get(&nginx.base(), "/static/scripts/2-hbnb.js?0f")
        .await
        .unwrap();
    assert_eq!(file.status, 200);
    assert_eq!(get(&nginx.base(), "/nope").await.unwrap().status, 404);
}

/// It fits hbnb at these four addresses, and nothing else does.
#[tokio::test]
async fn task_five_fits() {
    let Some(tasks) = Tasks::start().await else {
        return;
    };
    let file = tasks.folder.path().join("five");
    fs::write(&file, tasks.file(5, "8000")).unwrap();
    let check = |bind: &str| hbnb_now(&["check", "--nginx", name(&file), "--bind", bind]);
    let output = check(&addresses(&tasks.ports));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(check("127.0.0.1:1").status.code(), Some(1));
}

fn name(file: &Path) -> &str {
    file.to_str().unwrap()
}
