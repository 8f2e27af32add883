//! The operator's commands, and the first start.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::http::{get, send};
use rig::{Binary, Server, Storage, run};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use tempfile::TempDir;

const COMMANDS: [&str; 16] = [
    "serve", "status", "reload", "upgrade", "scale", "recycle", "stop", "demo", "migrate",
    "import", "export", "secrets", "load", "nginx", "check", "config",
];

#[tokio::test]
async fn help() {
    let folder = TempDir::new().unwrap();
    let whole = succeeded(&["--help"], &[], folder.path()).await;
    assert!(whole.contains("Examples:\n  hbnb serve"), "{whole}");
    for command in COMMANDS {
        assert!(whole.contains(&format!("\n  {command}")), "{whole}");
    }
    // What the master alone calls.
    assert!(
        !whole.contains("worker  ") && !whole.contains("\n  worker"),
        "{whole}"
    );
    let nothing = hbnb(&[], &[], folder.path()).await;
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("Commands:"), "{nothing:?}");
}

#[tokio::test]
async fn help_of_each_command_has_examples() {
    let folder = TempDir::new().unwrap();
    for command in COMMANDS {
        let help = succeeded(&[command, "--help"], &[], folder.path()).await;
        let example = format!("\n  hbnb {command}");
        let examples = help.split_once("Examples:").map(|(_, after)| after);
        assert!(examples.is_some_and(|e| e.contains(&example)), "{help}");
    }
    assert!(is_empty(folder.path()), "help made something");
}

#[tokio::test]
async fn version() {
    let folder = TempDir::new().unwrap();
    let said = succeeded(&["--version"], &[], folder.path()).await;
    assert_eq!(said, format!("hbnb {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn config_shows_values_and_sources() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("hbnb.toml");
    std::fs::write(file, "log = 'warn'\ndatabase_pool_max = 3\n").unwrap();
    let envs = [
        ("HBNB_API_TOKEN", "s3cret"),
        ("HBNB_DATABASE_URL", "postgres://me:s3cret@db/hbnb"),
        ("HBNB_DRAIN_DELAY", "7s"),
        ("HBNB_CONFIG", "hbnb.toml"),
    ];
    let args = ["config", "--log", "debug", "--drain-linger", "2s"];
    let said = succeeded(&args, &envs, folder.path()).await;
    for (key, value, source) in [
        ("api_token", "****", "HBNB_API_TOKEN"),
        ("bind", "127.0.0.1:8080", "default"),
        ("database_pool_max", "3", "file hbnb.toml"),
        ("database_url", "postgres://me@db/hbnb", "HBNB_DATABASE_URL"),
        ("drain_delay", "7s", "HBNB_DRAIN_DELAY"),
        ("drain_linger", "2s", "--drain-linger"),
        ("log", "debug", "--log"),
    ] {
        let mut lines = said.lines().map(|line| line.split_whitespace());
        let mut line = lines.find(|line| line.clone().next() == Some(key)).unwrap();
        line.next();
        assert_eq!(line.next(), Some(value), "{said}");
        assert_eq!(line.collect::<Vec<_>>().join(" "), source, "{said}");
    }
    assert!(!said.contains("s3cret"), "{said}");
    assert!(said.contains("not set"), "{said}");
}

#[tokio::test]
async fn check_tells_whether_it_runs() {
    let storage = Storage::sqlite().unwrap();
    let mut server = serve(&storage, &["--no-demo"], &[]).await;
    let admin = server.admin().trim_start_matches("http://").to_owned();
    for probe in ["ready", "live", "startup"] {
        let args = ["check", probe, "--admin-bind", &admin];
        let said = succeeded(&args, &[], storage.folder()).await;
        assert!(said.starts_with(&format!("{probe} at {admin}: ")), "{said}");
        assert_eq!(said.lines().count(), 1);
    }
    server.terminate().unwrap();
    assert!(
        server
            .wait(Duration::from_secs(20))
            .await
            .unwrap()
            .success()
    );
    let envs = [("HBNB_ADMIN_BIND", &*admin)];
    let output = hbnb(&["check"], &envs, storage.folder()).await;
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with(&format!("hbnb: ready at {admin}: ")),
        "{said}"
    );
}

#[tokio::test]
async fn check_of_a_server_that_is_not_ready() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &["--no-demo", "--drain-delay", "30s"], &[]).await;
    let admin = server.admin().trim_start_matches("http://").to_owned();
    server.terminate().unwrap();
    server
        .until_says("draining", Duration::from_secs(10))
        .await
        .unwrap();
    let args = ["check", "--admin-bind", &admin];
    let output = hbnb(&args, &[], storage.folder()).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("503"), "{output:?}");
    let live = ["check", "live", "--admin-bind", &admin];
    succeeded(&live, &[], storage.folder()).await;
}

#[tokio::test]
async fn check_tries_a_port() {
    let folder = TempDir::new().unwrap();
    let open = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = open.local_addr().unwrap().to_string();
    let said = succeeded(&["check", "--tcp", &address], &[], folder.path()).await;
    assert_eq!(said, format!("{address}: connected\n"));
    drop(open);
    let output = hbnb(&["check", "--tcp", &address], &[], folder.path()).await;
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    let refused = format!("hbnb: {address}: cannot connect: Connection refused");
    assert!(said.starts_with(&refused), "{said}");
    let output = hbnb(&["check", "--tcp", "unix:/x"], &[], folder.path()).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("give HOST:PORT"),
        "{output:?}"
    );
}

#[tokio::test]
async fn migrate_twice() {
    let storage = Storage::sqlite().unwrap();
    for _ in 0..2 {
        let args = ["migrate", "--database-url", storage.url()];
        let said = succeeded(&args, &[], storage.folder()).await;
        assert!(said.contains("up to date"), "{said}");
    }
}

#[tokio::test]
async fn first_start_in_an_empty_folder() {
    let folder = TempDir::new().unwrap();
    // What it says must be on standard output, so the other one is closed.
    let script = r#"exec "$0" serve "$@" 2>/dev/null"#;
    let hbnb = Binary::named("hbnb").unwrap();
    let args = ["-c", script, hbnb.path().to_str().unwrap()];
    for _ in 0..2 {
        let shell = Binary::at("/bin/sh");
        let server = Server::start(&shell, &args, &[], folder.path())
            .await
            .unwrap();
        server
            .until_says("in a browser", Duration::from_secs(10))
            .await
            .unwrap();
        let said = server.logs();
        for part in [server.base(), server.admin(), "sqlite:hbnb.db"] {
            assert!(said.contains(part), "no {part} in {said}");
        }
        assert_eq!(count(&server, "places").await, 150, "{said}");
        assert!(count(&server, "reviews").await > 100, "{said}");
    }
    assert!(folder.path().join("hbnb.db").is_file());
}

#[tokio::test]
async fn demo_only_if_empty() {
    let storage = Storage::sqlite().unwrap();
    let demo = ["demo", "--if-empty", "--database-url", storage.url()];
    for wanted in ["added 10 states", "left alone", "left alone"] {
        let said = succeeded(&demo, &[], storage.folder()).await;
        assert!(said.contains(wanted), "{said}");
    }
    let server = serve(&storage, &["--no-demo"], &[]).await;
    assert_eq!(count(&server, "places").await, 150);
}

#[tokio::test]
async fn database_with_one_row_is_left_alone() {
    let storage = Storage::sqlite().unwrap();
    let server = serve(&storage, &["--no-demo"], &[]).await;
    let state = br#"{"name": "Ohio"}"#;
    assert_eq!(post_state(&server, &[], state).await, 201);
    drop(server);
    let server = serve(&storage, &[], &[]).await;
    assert_eq!(count(&server, "states").await, 1);
    assert_eq!(count(&server, "places").await, 0);
}

#[tokio::test]
async fn no_demo_in_any_layer() {
    let file: (&[&str], &[(&str, &str)]) = (&["--config", "hbnb.toml"], &[]);
    for (args, envs) in [
        (&["--no-demo"][..], &[][..]),
        (&[], &[("HBNB_NO_DEMO", "true")]),
        file,
    ] {
        let storage = Storage::sqlite().unwrap();
        std::fs::write(storage.folder().join("hbnb.toml"), "no_demo = true").unwrap();
        let server = serve(&storage, args, envs).await;
        assert_eq!(count(&server, "states").await, 0, "{args:?} {envs:?}");
    }
}

#[tokio::test]
async fn token_from_a_file() {
    let storage = Storage::sqlite().unwrap();
    let token = storage.folder().join("token");
    std::fs::write(&token, "op3n\n").unwrap();
    let envs = [("HBNB_API_TOKEN_FILE", token.to_str().unwrap())];
    let server = serve(&storage, &["--no-demo"], &envs).await;
    let state = br#"{"name": "Ohio"}"#;
    for (authorization, status) in [("Bearer wrong", 401), ("Bearer op3n", 201)] {
        let headers = [("authorization", authorization)];
        assert_eq!(post_state(&server, &headers, state).await, status);
    }
    assert_eq!(post_state(&server, &[], state).await, 401);
    assert_eq!(count(&server, "states").await, 1);
    assert!(!server.logs().contains("op3n"));
}

async fn serve(storage: &Storage, args: &[&str], envs: &[(&str, &str)]) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let args = [&["serve", "--database-url", storage.url()], args].concat();
    Server::start(&binary, &args, envs, storage.folder())
        .await
        .unwrap()
}

async fn hbnb(args: &[&str], envs: &[(&str, &str)], folder: &Path) -> Output {
    let binary = Binary::named("hbnb").unwrap();
    run(&binary, args, envs, folder).await.unwrap()
}

/// The standard output of a command that must end well.
async fn succeeded(args: &[&str], envs: &[(&str, &str)], folder: &Path) -> String {
    let output = hbnb(args, envs, folder).await;
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

async fn post_state(server: &Server, headers: &[(&str, &str)], body: &[u8]) -> u16 {
    let path = "/api/v1/states";
    let headers = [&[("content-type", "application/json")], headers].concat();
    let limit = Duration::from_secs(10);
    let body = Some(body.to_vec());
    let reply = send(server.base(), "POST", path, &headers, body, limit).await;
    reply.unwrap().status
}

async fn count(server: &Server, rows: &str) -> u64 {
    let stats = get(server.base(), "/api/v1/stats").await.unwrap();
    stats.json().unwrap()[rows].as_u64().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}
