//! How the rig starts programs, tried on a shell.

use rig::{Binary, Server, run};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn shell() -> Binary {
    Binary::at("/bin/sh")
}

#[tokio::test]
async fn end_at_start() {
    let script = "echo out; echo no such option >&2; exit 3";
    let started = Instant::now();
    let error = Server::start(&shell(), &["-c", script], &[], Path::new("/"))
        .await
        .unwrap_err();
    let error = error.to_string();
    assert!(error.contains("exit status: 3"), "{error}");
    assert!(
        error.contains("no such option") && error.contains("out"),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn taken_ports() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = TempDir::new().unwrap();
    let args = ["serve", "--no-demo", "--admin-bind", &address];
    let hbnb = Binary::named("hbnb").unwrap();
    let ended = run(&hbnb, &args, &[], folder.path()).await.unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("in use"), "{said}");

    // Whatever says so is given other ports.
    let script = "echo \"$0\"; exit 1";
    let args = ["-c", script, &said];
    let error = Server::start(&shell(), &args, &[], folder.path())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("5 times"), "{error}");
}

#[tokio::test]
async fn environment() {
    let script = "env | grep -c ^HBNB_; echo $HBNB_GIVEN $0; pwd; exit 7";
    let output = run(
        &shell(),
        &["-c", script, "zero"],
        &[("HBNB_GIVEN", "1")],
        Path::new("/"),
    )
    .await
    .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n1 zero\n/\n");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn missing_binary() {
    let error = Binary::named("no-such-program").unwrap_err().to_string();
    assert!(error.contains("cargo build --workspace --bins"), "{error}");
}
