//! The files of unix sockets: their mode and their owner, in all programs.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "start/refusal.rs"]
mod refusal;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::time::{Duration, Instant};

use refusal::{holds, refused};
use rig::{Binary, Server, Storage, run, skipped, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);
/// What each program needs besides its addresses.
const PROGRAMS: [(&str, &[&str], (&str, &str)); 4] = [
    (
        "hbnb",
        &["serve", "--no-demo", "-w", "1"],
        ("HBNB_CONTROL_SOCKET", ""),
    ),
    ("hbnb-api", &[], ("HBNB_DATABASE_WAIT", "5s")),
    ("hbnb-web", &[], ("HBNB_API_URL", "http://127.0.0.1:9")),
    ("hbnb-assets", &[], ("HBNB_DRAIN_DELAY", "0s")),
];

fn is_root(folder: &Path) -> bool {
    let is_root = fs::metadata(folder).unwrap().uid() == 0;
    if !is_root {
        skipped(
            "the owner of a unix socket",
            "only root can give a file away",
        );
    }
    is_root
}

/// Mode, user and group of a file.
fn access(path: &Path) -> (u32, u32, u32) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.mode() & 0o7777, metadata.uid(), metadata.gid())
}

#[tokio::test]
async fn mode_and_owner() {
    let storage = Storage::sqlite().unwrap();
    let folder = storage.folder();
    let owned = is_root(folder);
    for (program, args, env) in PROGRAMS {
        let envs = [
            ("HBNB_DATABASE_URL", storage.url()),
            ("HBNB_BIND", "unix:main.sock"),
            ("HBNB_ADMIN_BIND", "unix:admin.sock"),
            ("HBNB_SOCKET_MODE", "0620"),
            ("HBNB_SOCKET_OWNER", if owned { "12:34" } else { "" }),
            env,
        ];
        let binary = Binary::named(program).unwrap();
        let command = binary.command(args, &envs, folder);
        let server = Server::launch(command, "", "").unwrap();
        let sockets = ["main.sock", "admin.sock"].map(|name| folder.join(name));
        // It hears of its end once it answers.
        let probe = format!("unix:{}", sockets[1].display());
        let check = ["check", "live", "--admin-bind", &probe];
        until(&format!("{program} answers"), PATIENCE, async || {
            let asked = run(&binary, &check, &[], folder).await?;
            Ok(asked.status.success())
        })
        .await
        .unwrap();
        for socket in &sockets {
            let (mode, user, group) = access(socket);
            assert_eq!(mode, 0o620, "{program}");
            assert!(
                !owned || (user, group) == (12, 34),
                "{program}: {user}:{group}"
            );
        }
        server.terminate().unwrap();
        until("the files are gone", PATIENCE, async || {
            Ok(sockets.iter().all(|socket| !socket.exists()))
        })
        .await
        .unwrap();
    }
}

/// However early it is told to stop, nothing is left that the next one would stumble over.
#[tokio::test]
async fn stopped_as_soon_as_there_is_a_file() {
    let storage = Storage::sqlite().unwrap();
    let folder = storage.folder();
    let (main, admin) = (folder.join("main.sock"), folder.join("admin.sock"));
    for (program, args, env) in PROGRAMS {
        let envs = [
            ("HBNB_DATABASE_URL", storage.url()),
            ("HBNB_BIND", "unix:main.sock"),
            ("HBNB_ADMIN_BIND", "unix:admin.sock"),
            ("HBNB_DRAIN_DELAY", "0s"),
            env,
        ];
        let command = Binary::named(program).unwrap().command(args, &envs, folder);
        let mut server = Server::launch(command, "", "").unwrap();
        let begun = Instant::now();
        while !main.exists() && begun.elapsed() < PATIENCE {
            // As soon as that.
            std::hint::spin_loop();
        }
        server.terminate().unwrap();
        let ended = server.wait(PATIENCE).await.unwrap();
        assert_eq!(ended.code(), Some(0), "{program}: {}", server.logs());
        assert!(!main.exists() && !admin.exists(), "{program}");
    }
}

#[tokio::test]
async fn wrong_modes_and_owners() {
    let folder = TempDir::new().unwrap();
    let octal = "give an octal mode from 0000 to 0777, such as \"0660\"";
    for (flag, value, right) in [
        ("--socket-mode", "660", octal),
        ("--socket-mode", "0999", octal),
        (
            "--socket-owner",
            "nobody-here",
            "no user nobody-here in /etc/passwd",
        ),
        (
            "--socket-owner",
            ":no-group",
            "no group no-group in /etc/group",
        ),
    ] {
        let said = refused("hbnb-assets", &[flag, value], &[], folder.path()).await;
        holds(&said, &[flag, value, right]);
    }
    // A number of TOML, which is decimal by the time it is read.
    fs::write(folder.path().join("a.toml"), "socket_mode = 0o660\n").unwrap();
    let args = ["--config", "a.toml"];
    let said = refused("hbnb-assets", &args, &[], folder.path()).await;
    holds(&said, &["socket_mode", "file a.toml", octal]);
}

/// Only root can give a file away, and says so to whom it is not.
#[tokio::test]
async fn without_the_rights_of_root() {
    let folder = TempDir::new().unwrap();
    if !is_root(folder.path()) {
        return;
    }
    // Where a user without rights gets.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let program = folder.path().join("hbnb-assets");
    fs::copy(Binary::named("hbnb-assets").unwrap().path(), &program).unwrap();
    let args = ["--bind", "unix:a.sock", "--socket-owner", "root"];
    let mut command = Binary::at(program).command(&args, &[], folder.path());
    let mut server = Server::launch(
        {
            command.uid(65534).gid(65534);
            command
        },
        "",
        "",
    )
    .unwrap();
    let status = server.wait(PATIENCE).await.unwrap();
    assert_eq!(status.code(), Some(1));
    let said = server.logs();
    holds(
        &said,
        &["cannot set the socket_owner of unix:", "permission denied"],
    );
    assert!(!folder.path().join("a.sock").exists());
}
