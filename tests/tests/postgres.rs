//! The PostgreSQL of our own: it starts, asks for passwords, speaks TLS, comes back, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rig::postgres::query;
use rig::process::{TICK, end};
use rig::{Database, Options, Postgres};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const OWNER: &str = "owner-to-kill";

fn start(options: Options) -> Option<Postgres> {
    Postgres::start_for("the test rig's own PostgreSQL", options).unwrap()
}

fn data_of(postgres: &Postgres) -> PathBuf {
    PathBuf::from(query(&postgres.url(), "SHOW data_directory").unwrap())
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

#[test]
fn life() {
    let Some(mut postgres) = start(Options::default().setting("max_connections", "17")) else {
        return;
    };
    let url = postgres.url();
    assert_eq!(query(&url, "SHOW max_connections").unwrap(), "17");
    assert_eq!(query(&url, "SHOW server_encoding").unwrap(), "UTF8");
    assert_eq!(query(&url, "SELECT 'a' > 'B'").unwrap(), "t");
    query(
        &url,
        "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)",
    )
    .unwrap();
    let data = data_of(&postgres);

    postgres.stop().unwrap();
    assert!(!answers(postgres.port()));
    postgres.stop().unwrap();
    postgres.start_again().unwrap();
    assert_eq!(query(&url, "SELECT n FROM kept").unwrap(), "1");

    let port = postgres.port();
    drop(postgres);
    assert!(!answers(port));
    assert!(!data.exists() && !data.parent().unwrap().exists());
}

#[test]
fn passwords() {
    let Some(postgres) = start(Options::default().user("ada").password("s3cret/@ö")) else {
        return;
    };
    assert_eq!(
        query(&postgres.url(), "SELECT current_user").unwrap(),
        "ada"
    );
    let wrong = format!(
        "postgres://ada:wrong@127.0.0.1:{}/postgres",
        postgres.port()
    );
    let error = query(&wrong, "SELECT 1").unwrap_err().to_string();
    assert!(error.contains("password authentication failed"), "{error}");
}

#[test]
fn tls() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let options = Options::default()
        .tls(&cert.pem(), &signing_key.serialize_pem())
        .only_tls();
    let Some(postgres) = start(options) else {
        return;
    };
    let url = |mode: &str| format!("{}?sslmode={mode}", postgres.url());
    let speaks_tls = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(query(&url("require"), speaks_tls).unwrap(), "t");
    let error = query(&url("disable"), speaks_tls).unwrap_err().to_string();
    assert!(error.contains("no pg_hba.conf entry"), "{error}");
}

#[test]
fn databases() {
    let Some(postgres) = start(Options::default()) else {
        return;
    };
    let one = Database::create(&postgres.url()).unwrap();
    let other = Database::create(&postgres.url()).unwrap();
    query(one.url(), "CREATE TABLE mine ()").unwrap();
    query(other.url(), "CREATE TABLE mine ()").unwrap();
    let count = || {
        query(
            &postgres.url(),
            "SELECT count(*) FROM pg_database WHERE datname LIKE 'hbnb_%'",
        )
    };
    assert_eq!(count().unwrap(), "2");
    drop((one, other));
    assert_eq!(count().unwrap(), "0");
}

#[test]
fn panicking_owner() {
    let Some(postgres) = start(Options::default()) else {
        return;
    };
    let (port, data) = (postgres.port(), data_of(&postgres));
    let owner = std::thread::spawn(move || {
        let _postgres = postgres;
        std::panic::resume_unwind(Box::new("the owner panics"));
    });
    assert!(owner.join().is_err());
    assert!(!answers(port) && !data.exists());
}

/// Runs this very program again, as the owner that is killed.
#[test]
fn killed_owner() {
    if !Postgres::is_there("a killed owner of a PostgreSQL") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("data");
    std::fs::write(folder.path().join(OWNER), "").unwrap();
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_to_kill"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&mut owner, || note.exists());
    let data = PathBuf::from(std::fs::read_to_string(&note).unwrap());
    assert!(data.join("postmaster.pid").exists());
    end(&mut owner);
    wait_for(&mut owner, || !data.exists());
}

/// Nothing by itself: only where `killed_owner` has put its mark is there something to do.
#[test]
fn owner_to_kill() {
    if !Path::new(OWNER).exists() {
        return;
    }
    let postgres = Postgres::start(Options::default()).unwrap();
    std::fs::write("note", data_of(&postgres).to_str().unwrap()).unwrap();
    std::fs::rename("note", Path::new("data")).unwrap();
    // Until killed, or until the parent is gone.
    std::io::stdin().lines().for_each(drop);
}

fn wait_for(child: &mut Child, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() && Instant::now() < deadline {
        std::thread::sleep(TICK);
    }
    if !holds() {
        end(child);
    }
    assert!(holds(), "not within a minute");
}
