//! Starts on a database that is away, refuses, or has another schema.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "start/refusal.rs"]
mod refusal;

use refusal::{PASSWORD, attempt, holds, is_fit_to_read, refused};
use rig::process::free_port;
use rig::{Binary, Options, Postgres, Server, Storage, http, until};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAMS: [(&str, &[&str]); 2] = [
    ("hbnb", &["serve", "--no-demo", "--workers", "1"]),
    ("hbnb-api", &[]),
];

#[tokio::test]
async fn unreachable() {
    let nobody = free_port().unwrap();
    waits_in_vain(nobody).await;
}

#[tokio::test]
async fn silent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    waits_in_vain(listener.local_addr().unwrap().port()).await;
}

async fn waits_in_vain(port: u16) {
    let folder = TempDir::new().unwrap();
    let server = format!("127.0.0.1:{port}/hbnb");
    let url = format!("postgres://me:{PASSWORD}@{server}?password={PASSWORD}");
    let shown = format!("postgres://me@{server} could not be reached within 1s");
    for (program, command) in PROGRAMS {
        let args = ["--database-url", &url, "--database-wait", "1s"];
        let args = [command, &args].concat();
        let started = Instant::now();
        let said = refused(program, &args, &[], folder.path()).await;
        assert!(started.elapsed() > Duration::from_millis(700), "{said}");
        holds(
            &said,
            &[&shown, "start it", "--database-url", "--database-wait"],
        );
    }
}

#[tokio::test]
async fn wrong_password() {
    let options = Options::default().password("right");
    let Some(postgres) = postgres("a wrong password", options) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = format!("127.0.0.1:{}/postgres", postgres.port());
    let wrong = format!("postgres://postgres:{PASSWORD}@{server}");
    let none = format!("postgres://postgres@{server}");
    for (program, command) in PROGRAMS {
        let attempts: [(&str, &[(&str, &str)]); 3] = [
            (&wrong, &[]),
            (&none, &[("HBNB_DATABASE_PASSWORD", PASSWORD)]),
            (&none, &[]),
        ];
        for (url, envs) in attempts {
            let args = ["--database-url", url, "--database-wait", "60s"];
            let args = [command, &args].concat();
            let said = refused(program, &args, envs, folder.path()).await;
            holds(&said, &[&none, "refused", "HBNB_DATABASE_PASSWORD"]);
        }
    }
}

#[tokio::test]
async fn unknown_database() {
    let Some(storage) = Storage::postgres("a database that is not there").unwrap() else {
        return;
    };
    let url = format!("{}_not_there", storage.url());
    for (program, command) in PROGRAMS {
        let args = ["--database-url", &url, "--database-wait", "60s"];
        let args = [command, &args].concat();
        let said = refused(program, &args, &[], storage.folder()).await;
        holds(&said, &["_not_there", "does not exist", "--database-url"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waited_for() {
    let Some(mut postgres) = postgres("a database that comes late", Options::default()) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    postgres.stop().unwrap();
    let started = Instant::now();
    let mut server = launch(&postgres.url(), folder.path());
    let lines = |server: &Server| server.logs().matches("waiting for the database").count();
    let limit = Duration::from_secs(30);
    until("two lines", limit, async || Ok(lines(&server) >= 2))
        .await
        .unwrap();
    assert!(started.elapsed() >= Duration::from_secs(10));
    for (probe, status) in [("live", 200), ("ready", 503), ("startup", 503)] {
        let path = format!("/healthz/{probe}");
        let reply = http::get(server.admin(), &path).await.unwrap();
        assert_eq!(reply.status, status, "{probe} while waiting");
    }
    postgres.start_again().unwrap();
    server.until_ready().await.unwrap();
    let states = http::get(server.base(), "/api/v1/states").await.unwrap();
    assert_eq!((states.status, &*states.text()), (200, "[]\n"));
    let logs = server.logs();
    let most = started.elapsed().as_secs() / 5;
    assert!(lines(&server) as u64 <= most, "{logs}");
    holds(&logs, &[&postgres.url()]);
    is_fit_to_read(&logs);
}

#[tokio::test]
async fn told_to_stop_while_waiting() {
    let Some(mut postgres) = postgres("a stop while a database is waited for", Options::default())
    else {
        return;
    };
    let folder = TempDir::new().unwrap();
    postgres.stop().unwrap();
    let mut server = launch(&postgres.url(), folder.path());
    let limit = Duration::from_secs(30);
    until("the probes", limit, async || {
        Ok(http::get(server.admin(), "/healthz/live").await.is_ok())
    })
    .await
    .unwrap();
    server.terminate().unwrap();
    assert!(server.wait(limit).await.unwrap().success());
}

#[tokio::test]
async fn newer_schema_on_sqlite() {
    newer_schema(&Storage::sqlite().unwrap(), "a newer schema on SQLite").await;
}

#[tokio::test]
async fn newer_schema_on_postgres() {
    let what = "a newer schema on PostgreSQL";
    if let Some(storage) = Storage::postgres(what).unwrap() {
        newer_schema(&storage, what).await;
    }
}

async fn newer_schema(storage: &Storage, what: &str) {
    if !storage.takes_queries(what) {
        return;
    }
    let url = ["--database-url", storage.url()];
    let migrate = [&["migrate"], &url[..]].concat();
    let migrated = attempt("hbnb", &migrate, &[], storage.folder()).await;
    assert!(migrated.status.success(), "{migrated:?}");
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'of a later release', success, checksum, execution_time
                 FROM _sqlx_migrations WHERE version = 1";
    storage.query(newer).unwrap();
    admitted(storage).await;
    let mark = "UPDATE hbnb_schema SET oldest_program = 999";
    storage.query(mark).unwrap();
    for (program, command) in PROGRAMS {
        let args = [command, &url].concat();
        let said = refused(program, &args, &[], storage.folder()).await;
        holds(&said, &["schema", "version 999", "run a newer hbnb"]);
    }
    let said = refused("hbnb", &migrate, &[], storage.folder()).await;
    holds(&said, &["version 999", "run a newer hbnb"]);
}

/// Both programs serve, and say once that the schema is newer.
async fn admitted(storage: &Storage) {
    for (program, command) in PROGRAMS {
        let binary = Binary::named(program).unwrap();
        let args = [command, &["--database-url", storage.url()]].concat();
        let server = Server::start(&binary, &args, &[], storage.folder()).await;
        let server = server.unwrap();
        let stats = http::get(server.base(), "/api/v1/stats").await.unwrap();
        assert_eq!(stats.status, 200, "{}", stats.text());
        let logs = server.logs();
        assert_eq!(logs.matches("WARN").count(), 1, "{logs}");
        holds(&logs, &["schema is newer than this program", "9999"]);
    }
}

fn postgres(what: &str, options: Options) -> Option<Postgres> {
    Postgres::start_for(what, options).unwrap()
}

fn launch(url: &str, folder: &Path) -> Server {
    let main = format!("127.0.0.1:{}", free_port().unwrap());
    let admin = format!("127.0.0.1:{}", free_port().unwrap());
    let args = ["--bind", &main, "--admin-bind", &admin];
    let database = ["--database-url", url, "--database-wait", "60s"];
    let args = [&["serve", "--no-demo"], &args[..], &database].concat();
    let command = Binary::named("hbnb").unwrap().command(&args, &[], folder);
    Server::launch(
        command,
        &format!("http://{main}"),
        &format!("http://{admin}"),
    )
    .unwrap()
}
