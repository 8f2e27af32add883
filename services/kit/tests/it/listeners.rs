//! Addresses that can and cannot be had.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};

use kit::config::{Env, Listens, SocketAccess, SocketMode, SocketOwner};
use kit::serve::{Inherited, Listeners, bind};

async fn problem(text: &str) -> String {
    problem_with(text, &SocketAccess::default()).await
}

async fn problem_with(text: &str, access: &SocketAccess) -> String {
    let listens: Listens = text.parse().unwrap();
    let bound = Listeners::bind(&listens, "bind", access).await;
    bound.err().unwrap().to_string()
}

#[tokio::test]
async fn port_0_shows_the_real_port() {
    let main = "127.0.0.1:0,[::1]:0,localhost:0".parse().unwrap();
    let admin = "127.0.0.1:0".parse().unwrap();
    let (main, admin) = bind(
        &main,
        &admin,
        &SocketAccess::default(),
        &Inherited::default(),
    )
    .await
    .unwrap();
    assert_eq!((main.addresses().len(), admin.addresses().len()), (3, 1));
    for address in main.addresses().iter().chain(&admin.addresses()) {
        assert!(
            address.starts_with("http://") && !address.ends_with(":0"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn taken_port() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    assert_eq!(
        problem(&address.to_string()).await,
        format!(
            "cannot listen at {address}: the address is already in use; stop the program that uses it, \
             or choose another with --bind"
        )
    );
}

#[tokio::test]
async fn foreign_address() {
    assert_eq!(
        problem("192.0.2.1:8080").await,
        "cannot listen at 192.0.2.1:8080: this host has no such address; take one of its own, \
         or choose another with --bind"
    );
}

#[tokio::test]
async fn unix_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let text = format!("unix:{}", path.display());
    let living = UnixListener::bind(&path).unwrap();
    assert_eq!(
        problem(&text).await,
        format!(
            "cannot listen at {text}: the address is already in use; stop the program that uses it, \
             or choose another with --bind"
        )
    );
    drop(living);
    let access = SocketAccess::default();
    let listeners = Listeners::bind(&text.parse().unwrap(), "bind", &access)
        .await
        .unwrap();
    assert_eq!(listeners.addresses(), [text.as_str()]);
    drop(listeners);
    assert!(!path.exists());
    std::fs::write(&path, "precious").unwrap();
    assert_eq!(
        problem(&text).await,
        format!(
            "cannot listen at {text}: it is no socket; remove it, or choose another with --bind"
        )
    );
}

/// The mode and the owners of a file.
fn access(path: &Path) -> (u32, u32, u32) {
    let metadata = std::fs::metadata(path).unwrap();
    (metadata.mode() & 0o7777, metadata.uid(), metadata.gid())
}

#[tokio::test]
async fn unix_files_have_their_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let text = format!("unix:{}", path.display());
    for mode in [0o600, 0o660, 0o777] {
        let access = SocketAccess {
            mode: Some(SocketMode(mode)),
            owner: None,
        };
        let bound = Listeners::bind(&text.parse().unwrap(), "bind", &access).await;
        let bound = bound.unwrap();
        assert_eq!(self::access(&path).0, mode);
        UnixStream::connect(&path).unwrap();
        drop(bound);
    }
}

#[tokio::test]
async fn unix_files_have_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let text = format!("unix:{}", path.display());
    let owner = Some(SocketOwner {
        user: Some(12),
        group: Some(34),
    });
    let mode = Some(SocketMode(0o460));
    let access = SocketAccess { mode, owner };
    if std::fs::metadata(folder.path()).unwrap().uid() != 0 {
        rig::skipped(
            "the owner of a unix socket",
            "only root can give a file away",
        );
        let said = problem_with(&text, &access).await;
        let wanted = format!("cannot set the socket_owner of {text}: permission denied; ");
        assert!(said.starts_with(&wanted), "{said}");
        assert!(!path.exists(), "the file was left behind");
        return;
    }
    let bound = Listeners::bind(&text.parse().unwrap(), "bind", &access).await;
    assert_eq!(self::access(&path), (0o460, 12, 34));
    drop(bound.unwrap());
    assert!(!path.exists());
}

/// Runs a test below in a process of its own, whose standard input is handed over under these names.
fn hand_over(test: &str, input: OwnedFd, names: &str, envs: &[(&str, &str)]) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .envs([
            ("LISTEN_FDS", "1"),
            ("LISTEN_FDS_FIRST_FD", "0"),
            ("LISTEN_FDNAMES", names),
        ])
        .envs(envs.iter().copied())
        .stdin(Stdio::from(input))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
}

fn hand_over_socket(socket: OwnedFd, names: &str, main: &str, admin: &str) {
    let envs = [("HBNB_TEST_MAIN", main), ("HBNB_TEST_ADMIN", admin)];
    hand_over("listeners::inherits_a_socket", socket, names, &envs);
}

#[test]
fn sockets_handed_over() {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", tcp.local_addr().unwrap());
    let same = || tcp.try_clone().unwrap().into();
    hand_over_socket(same(), "", &address, "unix:");
    hand_over_socket(same(), "admin", "unix:", &address);
    // What has the name of a file is no listener.
    hand_over_socket(same(), "access", "unix:", "unix:");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given.sock");
    let unix = UnixListener::bind(&path).unwrap();
    let address = format!("unix:{}", path.display());
    hand_over_socket(unix.into(), "http", &address, "unix:");
    assert!(path.exists(), "a file that is not ours was removed");
}

/// Does its work in the processes that `sockets_handed_over` starts only.
#[tokio::test]
async fn inherits_a_socket() {
    let env = Env::read();
    let (Some(main), Some(admin)) = (env.get("HBNB_TEST_MAIN"), env.get("HBNB_TEST_ADMIN")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let (mains, admins) = bind(
        &own("main").parse().unwrap(),
        &own("admin").parse().unwrap(),
        &SocketAccess::default(),
        &Inherited::take(&env),
    )
    .await
    .unwrap();
    for (listeners, wanted, name) in [(mains, main, "main"), (admins, admin, "admin")] {
        let wanted = if wanted == "unix:" {
            own(name)
        } else {
            wanted.to_owned()
        };
        assert_eq!(listeners.addresses(), [wanted]);
    }
}

#[test]
fn files_handed_over() {
    let hand_over = |input, name| {
        let envs = [("HBNB_TEST_FILE", name)];
        hand_over("listeners::inherits_a_file", input, name, &envs);
    };
    let (mut reader, writer) = std::io::pipe().unwrap();
    hand_over(writer.into(), "access");
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    assert_eq!(said, "of access\n");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("error.log");
    std::fs::write(&path, "kept\n").unwrap();
    hand_over(
        File::options().write(true).open(&path).unwrap().into(),
        "error",
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept\nof error\n");
}

/// Does its work in the processes that `files_handed_over` starts only.
#[tokio::test]
async fn inherits_a_file() {
    let env = Env::read();
    let Some(name) = env.get("HBNB_TEST_FILE") else {
        return;
    };
    let inherited = Inherited::take(&env);
    let append = || inherited.file(name, File::options().append(true)).unwrap();
    writeln!(append().unwrap(), "of {name}").unwrap();
    assert!(append().is_none(), "given out twice");
    let (main, admin) = ("127.0.0.1:0".parse(), "127.0.0.1:0".parse());
    let (main, _) = bind(
        &main.unwrap(),
        &admin.unwrap(),
        &SocketAccess::default(),
        &inherited,
    )
    .await
    .unwrap();
    assert!(main.addresses()[0].starts_with("http://127.0.0.1:"));
}
