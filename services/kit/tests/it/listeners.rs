//! Addresses that can and cannot be had.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use kit::config::{Env, Listens};
use kit::serve::{Listeners, bind};

async fn problem(text: &str) -> String {
    let listens: Listens = text.parse().unwrap();
    Listeners::bind(&listens, "bind")
        .await
        .err()
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn port_0_shows_the_real_port() {
    let main = "127.0.0.1:0,[::1]:0,localhost:0".parse().unwrap();
    let (main, admin) = bind(&main, &"127.0.0.1:0".parse().unwrap(), &Env::default())
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
    let listeners = Listeners::bind(&text.parse().unwrap(), "bind")
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

/// Runs `inherits` below in a process of its own, whose standard input is the listening socket.
fn hand_over(socket: OwnedFd, names: &str, main: &str, admin: &str) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "listeners::inherits"])
        .envs([
            ("LISTEN_FDS", "1"),
            ("LISTEN_FDS_FIRST_FD", "0"),
            ("LISTEN_FDNAMES", names),
        ])
        .envs([("HBNB_TEST_MAIN", main), ("HBNB_TEST_ADMIN", admin)])
        .stdin(Stdio::from(socket))
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
}

#[test]
fn handed_over() {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", tcp.local_addr().unwrap());
    hand_over(tcp.try_clone().unwrap().into(), "", &address, "unix:");
    hand_over(tcp.into(), "admin", "unix:", &address);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given.sock");
    let unix = UnixListener::bind(&path).unwrap();
    hand_over(
        unix.into(),
        "http",
        &format!("unix:{}", path.display()),
        "unix:",
    );
    assert!(path.exists(), "a file that is not ours was removed");
}

/// Does its work in the process that `handed_over` starts only.
#[tokio::test]
async fn inherits() {
    let env = Env::read();
    let (Some(main), Some(admin)) = (env.get("HBNB_TEST_MAIN"), env.get("HBNB_TEST_ADMIN")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let (mains, admins) = bind(
        &own("main").parse().unwrap(),
        &own("admin").parse().unwrap(),
        &env,
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
