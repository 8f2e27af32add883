//! The control socket, and who is heard there.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;

use rig::process::is_alive;
use rig::{Binary, Master, Ran, Site, Storage, run, skipped};
use serde_json::Value;

use crate::LIMIT;

/// Nobody's user and group on Debian.
const NOBODY: u32 = 65534;

/// What a master says that cannot start.
async fn refused(storage: &Storage, args: &[&str]) -> String {
    let hbnb = Binary::named("hbnb").unwrap();
    let own = ["serve", "--no-demo", "--database-url", storage.url()];
    let binds = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];
    let args = [&own[..], &binds, args].concat();
    let output = run(&hbnb, &args, &[], storage.folder()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
    said
}

#[tokio::test]
async fn status_and_stop() {
    let mut site = Site::start(&[]).await;
    let socket = fs::metadata(site.master.control()).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    let status: Value = serde_json::from_str(&site.done(&["status", "--json"]).await).unwrap();
    assert_eq!(status["pid"], site.master.server.pid());
    assert_eq!(
        (&status["ready"], &status["generation"]),
        (&true.into(), &1.into())
    );
    assert_eq!(status["workers"].as_array().unwrap().len(), 2);
    let table = site.done(&["status"]).await;
    let workers = site.master.pids().await.unwrap();
    for pid in &workers {
        assert!(table.contains(&pid.to_string()), "{table}");
    }
    assert!(
        table.contains("ready") && table.contains(site.master.server.base()),
        "{table}"
    );
    let said = site.done(&["stop"]).await;
    assert!(said.contains("has gone"), "{said}");
    assert_eq!(
        site.master.server.wait(LIMIT).await.unwrap().code(),
        Some(0)
    );
    assert!(!workers.iter().any(|pid| is_alive(*pid)));
    let said = site.refused(&["status"]).await;
    assert!(
        said.contains("no hbnb serve answers at the control socket hbnb.sock"),
        "{said}"
    );
}

#[tokio::test]
async fn another_user_is_refused() {
    let site = Site::start(&[]).await;
    let folder = site.storage.folder();
    // The permissions would refuse them first.
    for (path, mode) in [(folder, 0o755), (&site.master.control(), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let hbnb = Binary::named("hbnb").unwrap();
    let mut command = hbnb.command(&["--version"], &[], folder);
    let other = command
        .uid(NOBODY)
        .gid(NOBODY)
        .stdout(Stdio::null())
        .status();
    if !other.is_ok_and(|status| status.success()) {
        return skipped(
            "another user at the control socket",
            "hbnb cannot be run as another user",
        );
    }
    let mut command = hbnb.command(&["status"], &[], folder);
    let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let says = "somebody else's connection to the control socket is refused";
    site.master.server.until_says(says, LIMIT).await.unwrap();
    site.done(&["status"]).await;
}

/// The name at which a master asks a worker can be read by everybody.
#[tokio::test]
async fn another_user_is_refused_by_workers() {
    let site = Site::start(&["--workers", "1"]).await;
    let worker = site.master.pids().await.unwrap()[0];
    let files = fs::read_dir(format!("/proc/{worker}/fd")).unwrap();
    let files = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    let files: Vec<PathBuf> = files.collect();
    let is_its = |inode: &str| files.contains(&format!("socket:[{inode}]").into());
    let all = fs::read_to_string("/proc/net/unix").unwrap();
    let doors = all.lines().filter(|line| line.contains("@hbnb/admin/"));
    let mut doors = doors.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let door = doors.find(|door| is_its(door[6])).unwrap();
    let door = door[7].trim_start_matches('@');
    let ask = |user: u32| {
        let mut curl = std::process::Command::new("curl");
        curl.args(["--silent", "--abstract-unix-socket", door, "http://h/log"]);
        curl.uid(user).stderr(Stdio::null()).output().unwrap()
    };
    let own = fs::metadata(format!("/proc/{worker}")).unwrap().uid();
    assert_eq!(String::from_utf8_lossy(&ask(own).stdout), "info\n");
    if own != 0 {
        return skipped("another user at a worker", "only root becomes another one");
    }
    assert!(ask(NOBODY).stdout.is_empty());
}

#[tokio::test]
async fn only_one_master_at_a_socket() {
    let site = Site::start(&[]).await;
    let said = refused(&site.storage, &[]).await;
    let why = "another hbnb serve answers there; stop it (hbnb stop), or choose another with --control-socket";
    assert!(said.contains(why), "{said}");
    site.done(&["status"]).await;
}

#[tokio::test]
async fn what_a_killed_one_has_left_is_replaced() {
    let Site {
        mut master,
        storage,
    } = Site::start(&[]).await;
    master.server.kill();
    assert!(master.control().exists());
    let next = Master::start(&storage, &["--workers", "1"], &[])
        .await
        .unwrap();
    assert_eq!(next.status().await.unwrap().pid, next.server.pid());
}

#[tokio::test]
async fn wrong_places() {
    let storage = Storage::sqlite().unwrap();
    fs::create_dir(storage.folder().join("folder")).unwrap();
    fs::write(storage.folder().join("file"), "").unwrap();
    let long = "x".repeat(120);
    for (path, why) in [
        ("folder", "something else has this name; remove it"),
        ("file", "something else has this name; remove it"),
        ("none/socket", "its folder is not there; make it"),
        (&long, "which is longer than 107 bytes: give a shorter one"),
    ] {
        let said = refused(&storage, &["--control-socket", path]).await;
        assert!(said.contains(why) && said.contains(path), "{said}");
    }
    assert!(storage.folder().join("file").exists() && storage.folder().join("folder").exists());
}

/// Without one there is a site all the same.
#[tokio::test]
async fn nowhere() {
    let storage = Storage::sqlite().unwrap();
    let args = ["--workers", "1", "--control-socket", ""];
    let master = Master::start(&storage, &args, &[]).await.unwrap();
    assert!(!master.control().exists());
    let Ran { code, said } = master.hbnb(&["status"]).await.unwrap();
    assert_eq!(code, Some(1), "{said}");
}
