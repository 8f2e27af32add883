//! What there is too little of: open files, room for the log.

use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::process::Command;

use rig::process::signal;
use rig::site::{Site, nothing_lost, questions};
use rig::{Binary, Clients, Storage, run, until};

use crate::LIMIT;

/// Open files that a process may have who is to have too few.
const FEW: &str = "40";

/// Changes how many files a process may open from now on.
fn may_open(pid: u32, files: &str) {
    let (pid, limit) = (pid.to_string(), format!("--nofile={files}:"));
    let status = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status();
    assert!(status.unwrap().success());
}

/// Said at once, and in words.
#[tokio::test]
async fn too_few_files_to_begin() {
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let script = format!(r#"ulimit -n {FEW} && exec "$0" "$@""#);
    let args = [
        "-c",
        &script,
        hbnb.path().to_str().unwrap(),
        "serve",
        "--no-demo",
    ];
    let binds = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];
    let args = [&args[..], &binds, &["--database-url", storage.url()]].concat();
    let output = run(&Binary::at("/bin/sh"), &args, &[], storage.folder()).await;
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("too few files may be open: raise the limit"),
        "{said}"
    );
}

/// A master that cannot start a worker says why, and does as soon as it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_files_for_a_worker() {
    let site = Site::start(&[]).await;
    let before = site.master.until_settled(LIMIT).await.unwrap();
    may_open(before.pid, "10");
    let killed = before.worker(2).unwrap().pid;
    signal(&killed.to_string(), "KILL").unwrap();
    let says = "a worker cannot be started: Too many open files";
    site.master.server.until_says(says, LIMIT).await.unwrap();
    let visitors = site.visitors();
    visitors.until_answered(100).await.unwrap();
    may_open(before.pid, "1024");
    let after = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!(after.worker(1).unwrap().pid, before.worker(1).unwrap().pid);
    site.done(&["reload", "--wait"]).await;
    visitors.until_answered(100).await.unwrap();
    nothing_lost("a master without files", &visitors.end().await);
}

/// Visitors who connect and say nothing take all the files of the workers; when they leave, others are answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_files_for_connections() {
    let site = Site::start(&[]).await;
    for pid in site.master.pids().await.unwrap() {
        may_open(pid, FEW);
    }
    let silent: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(site.master.address()).unwrap())
        .collect();
    let says = "Too many open files";
    site.master.server.until_says(says, LIMIT).await.unwrap();
    drop(silent);
    let visitors = Clients::start_fresh(site.master.address(), &questions());
    visitors.until_answered(100).await.unwrap();
    nothing_lost("after too many connections", &visitors.end().await);
}

/// A log for which there is no room stops nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn room_for_the_log() {
    let storage = Storage::sqlite().unwrap();
    for name in ["access.log", "error.log"] {
        symlink("/dev/full", storage.folder().join(name)).unwrap();
    }
    let args = ["--access-log", "access.log", "--error-log", "error.log"];
    let site = Site::on(storage, &args, &[]).await;
    let visitors = site.visitors();
    visitors.until_answered(200).await.unwrap();
    let says = "a log cannot be written: its lines are dropped";
    site.master.server.until_says(says, LIMIT).await.unwrap();
    site.done(&["reload", "--wait"]).await;
    visitors.until_answered(200).await.unwrap();
    let asked = visitors.end().await;
    nothing_lost("a full disk under the log", &asked);
    until("what was not written is counted", LIMIT, async || {
        let metrics = site.master.server.scrape().await?;
        Ok(metrics.sum("log_lines_dropped_total") > 0.0)
    })
    .await
    .unwrap();
}
