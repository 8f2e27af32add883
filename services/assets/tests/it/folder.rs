//! Files from a folder, for who works on them.

use std::fs;
use std::os::unix::fs::symlink;

use axum::Router;
use tempfile::TempDir;

use crate::harness::{BROWSER, ask};

struct Desk {
    top: TempDir,
    router: Router,
}

impl Desk {
    /// A folder `open` with two files, beside one with a secret.
    fn new() -> Desk {
        let top = tempfile::tempdir().unwrap();
        let desk = Desk {
            router: assets::router(Some(top.path().join("open"))),
            top,
        };
        desk.write("secret.txt", "secret");
        desk.write("open/styles/a.css", "one");
        desk.write("open/.hidden.css", "hidden");
        desk
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.top.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> crate::harness::Reply {
        ask(&self.router, "GET", path, headers).await
    }
}

#[tokio::test]
async fn a_change_shows() {
    let desk = Desk::new();
    let path = "/static/styles/a.css";
    let first = desk.get(path, &[BROWSER]).await.is(200);
    assert_eq!(first.text(), "one");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(first.header("content-encoding"), "");
    let known = [("if-none-match", first.header("etag"))];
    desk.get(path, &known).await.is(304);
    desk.write("open/styles/a.css", "two");
    let second = desk.get(path, &known).await.is(200);
    assert_eq!(second.text(), "two");
    fs::remove_file(desk.top.path().join("open/styles/a.css")).unwrap();
    desk.get(path, &known).await.refused(404, "Not Found");
    desk.write("open/styles/new.css", "new");
    desk.get("/static/styles/new.css", &[]).await.is(200);
}

#[tokio::test]
async fn hashed_names_mean_what_is_there() {
    let desk = Desk::new();
    let path = "/static/styles/a.0123456789abcdef.css";
    let reply = desk.get(path, &[]).await.is(200);
    assert_eq!(reply.text(), "one");
    assert_eq!(reply.header("cache-control"), "no-cache");
    assert_eq!(reply.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn parts() {
    let desk = Desk::new();
    let headers = [("range", "bytes=1-")];
    let reply = desk.get("/static/styles/a.css", &headers).await.is(206);
    assert_eq!(reply.text(), "ne");
}

#[tokio::test]
async fn nothing_from_outside() {
    let desk = Desk::new();
    let open = desk.top.path().join("open");
    symlink("../secret.txt", open.join("link.txt")).unwrap();
    symlink("..", open.join("up")).unwrap();
    symlink("styles/a.css", open.join("inner.css")).unwrap();
    symlink("nowhere", open.join("broken.txt")).unwrap();
    for path in [
        "/static/link.txt",
        "/static/up/secret.txt",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/styles/..%2f..%2fsecret.txt",
        "/static/.hidden.css",
        "/static/broken.txt",
        "/static/styles",
        "/static/styles/a.css/b.css",
    ] {
        desk.get(path, &[]).await.refused(404, "Not Found");
    }
    let long = format!("/static/{}.css", "x".repeat(5000));
    desk.get(&long, &[]).await.refused(404, "Not Found");
    // A link within the folder is one's own affair.
    assert_eq!(desk.get("/static/inner.css", &[]).await.text(), "one");
}

#[tokio::test]
async fn trouble_is_not_told() {
    let desk = Desk::new();
    let loops = desk.top.path().join("open/loop.css");
    symlink("loop.css", loops).unwrap();
    let reply = desk.get("/static/loop.css", &[]).await;
    let reply = reply.refused(500, "Internal Server Error");
    assert!(!reply.text().contains("loop"), "{reply:?}");
}
