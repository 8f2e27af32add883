//! The limit of open files, as it is at the start.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::{Binary, Server};
use tempfile::TempDir;

/// What a server says that was started under this limit.
async fn said(limit: &str) -> String {
    let folder = TempDir::new().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let script = format!(
        "ulimit {limit} && exec {} serve \"$@\"",
        hbnb.path().display()
    );
    let args = ["-c", &script, "sh", "--no-demo"];
    let envs = [("HBNB_LOG", "info,kit=debug")];
    let server = Server::start(&Binary::at("/bin/sh"), &args, &envs, folder.path()).await;
    server.unwrap().logs()
}

#[tokio::test]
async fn soft_one_is_raised() {
    let text = said("-Sn 300 && ulimit -Hn 2000").await;
    assert!(text.contains("open files from=300 to=2000"), "{text}");
    assert!(!text.contains("WARN"), "{text}");
}

#[tokio::test]
async fn hard_one_is_too_low() {
    let text = said("-n 600").await;
    let sentence =
        "600 files may be open, and connection_limit 1024 needs 1152 with 128 for the rest";
    assert!(text.contains(sentence), "{text}");
}
