//! Each file says what it is.

use assets::File;

use crate::harness::{ask, folder, get};
use crate::tree;

#[tokio::test]
async fn of_all_files() {
    for path in tree::files() {
        let (_, extension) = path.rsplit_once('.').unwrap();
        let wanted = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "png" => "image/png",
            "svg" => "image/svg+xml",
            "txt" => "text/plain; charset=utf-8",
            other => panic!("{path}: what is the type of .{other}?"),
        };
        let reply = get(&format!("/static/{path}"), &[]).await;
        assert_eq!(reply.header("content-type"), wanted, "{path}");
    }
}

#[tokio::test]
async fn from_a_folder() {
    let top = tempfile::tempdir().unwrap();
    let router = assets::router(Some(top.path().to_owned()));
    for (name, wanted) in [
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.js.map", "application/json"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.ico", "image/x-icon"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.unknown", "application/octet-stream"),
        ("plain", "application/octet-stream"),
    ] {
        std::fs::write(top.path().join(name), "x").unwrap();
        let reply = ask(&router, "GET", &format!("/static/{name}"), &[]).await;
        assert_eq!(reply.is(200).header("content-type"), wanted, "{name}");
    }
}

#[tokio::test]
async fn pictures_are_what_they_say() {
    let (png, svg) = (b"\x89PNG\r\n\x1a\n", b"<svg xmlns=");
    for path in tree::files() {
        let begin: &[u8] = match path.rsplit_once('.').unwrap().1 {
            "png" => png,
            "svg" => svg,
            _ => continue,
        };
        let bytes = std::fs::read(folder().join(&path)).unwrap();
        assert!(bytes.starts_with(begin) && bytes.len() < 8 << 10, "{path}");
    }
}

/// Anybody may give files of their own.
#[tokio::test]
async fn of_files() {
    const FILES: &[File] = &[File {
        path: "a.txt",
        hash: "0123456789abcdef",
        kind: "text/plain",
        identity: b"plain",
        brotli: None,
        zstd: None,
        gzip: Some(b"packed"),
    }];
    let router = assets::of_files(FILES);
    for (coding, wanted) in [("gzip, br", "packed"), ("br", "plain")] {
        let headers = [("accept-encoding", coding)];
        let reply = ask(&router, "GET", "/static/a.0123456789abcdef.txt", &headers).await;
        assert_eq!(reply.text(), wanted);
        assert_eq!(reply.header("vary"), "Accept-Encoding");
    }
}
