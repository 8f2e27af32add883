//! Starts that cannot succeed: one line names what is wrong and the way out.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "start/refusal.rs"]
mod refusal;

use refusal::{PASSWORD, attempt, holds, is_fit_to_read, refused};
use rig::{Binary, Server, Storage};
use std::net::TcpListener;
use std::path::Path;
use tempfile::TempDir;

const PROGRAMS: [(&str, &[&str]); 2] = [("hbnb", &["serve"]), ("hbnb-api", &[])];
const SQLITE: (&str, &str) = ("HBNB_DATABASE_URL", "sqlite:hbnb.db");

#[tokio::test]
async fn port_taken() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (program, command) in PROGRAMS {
        for flag in ["--bind", "--admin-bind"] {
            let args = [command, &[flag, &address]].concat();
            let said = refused(program, &args, &[SQLITE], folder.path()).await;
            let way_out = format!("choose another with {flag}");
            holds(&said, &[&address, "already in use", &way_out]);
        }
    }
    assert!(
        !folder.path().join("hbnb.db").exists(),
        "the database was made before the port was had"
    );
}

#[tokio::test]
async fn addresses_nobody_can_have() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "precious").unwrap();
    let file = format!("unix:{}", folder.path().join("file").display());
    let nowhere = format!("unix:{}", folder.path().join("no/socket").display());
    let directory = format!("unix:{}", folder.path().display());
    let long = format!("unix:{}", folder.path().join("s".repeat(120)).display());
    for address in ["192.0.2.1:80", &file, &nowhere, &directory, &long] {
        let args = ["serve", "--bind", address];
        let said = refused("hbnb", &args, &[SQLITE], folder.path()).await;
        holds(&said, &[address, "choose another with --bind"]);
    }
    let kept = std::fs::read(folder.path().join("file")).unwrap();
    assert_eq!(kept, b"precious");
}

#[tokio::test]
async fn sqlite_file_that_cannot_be_used() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("text"), "no database\n".repeat(1000)).unwrap();
    std::fs::create_dir(folder.path().join("directory")).unwrap();
    let files = [
        "missing/hbnb.db",
        "text/hbnb.db",
        "directory",
        "/proc/hbnb.db",
        "text",
    ];
    for (program, command) in PROGRAMS {
        for file in files {
            let url = format!("sqlite:{file}");
            let args = [command, &["--database-url", &url]].concat();
            let said = refused(program, &args, &[], folder.path()).await;
            holds(&said, &[&format!("SQLite file {file} "), "check the path"]);
        }
    }
    let text = std::fs::read(folder.path().join("text")).unwrap();
    assert!(text.starts_with(b"no database"), "the file was written to");
}

#[tokio::test]
async fn wrong_value_in_each_layer() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("hbnb.toml"), "drain_delay = 'soon'\n").unwrap();
    let variable = ("HBNB_DRAIN_DELAY", "soon");
    for (program, command) in PROGRAMS {
        let layers: [(&[&str], &[_], &str); 3] = [
            (&["--drain-delay", "soon"], &[SQLITE], "--drain-delay"),
            (&[], &[SQLITE, variable], "HBNB_DRAIN_DELAY"),
            (&["--config", "hbnb.toml"], &[SQLITE], "file hbnb.toml"),
        ];
        for (args, envs, layer) in layers {
            let args = [command, args].concat();
            let said = refused(program, &args, envs, folder.path()).await;
            holds(&said, &["drain_delay", "\"soon\"", layer, "such as 500ms"]);
        }
    }
}

#[tokio::test]
async fn wrong_values() {
    let folder = TempDir::new().unwrap();
    for (flag, value, right) in [
        ("--bind", "nonsense", "such as 127.0.0.1:8080"),
        ("--admin-bind", "unix:", "unix:/path"),
        ("--database-pool-max", "0", "from 1 to 1000"),
        ("--body-limit", "much", "such as 1048576"),
        ("--log", "a=b=c", "info,sqlx=warn"),
        ("--log-format", "xml", "json"),
        ("--database-url", "mysql://h/d", "sqlite:FILE or postgres"),
        ("--database-url", "sqlite:", "sqlite:FILE or postgres"),
    ] {
        let said = refused("hbnb", &["serve", flag, value], &[], folder.path()).await;
        holds(&said, &[flag, right]);
    }
    let said = refused("hbnb-api", &[], &[], folder.path()).await;
    holds(&said, &["HBNB_DATABASE_URL", "--database-url"]);
}

#[tokio::test]
async fn secrets_are_not_repeated() {
    let folder = TempDir::new().unwrap();
    for url in ["mysql://me:s3cret@h/d", "postgres://me:s3cret@h:port/d"] {
        let said = refused(
            "hbnb",
            &["serve", "--database-url", url],
            &[],
            folder.path(),
        )
        .await;
        holds(&said, &["--database-url"]);
        let envs = [("HBNB_DATABASE_URL", url)];
        let said = refused("hbnb", &["serve"], &envs, folder.path()).await;
        holds(&said, &["HBNB_DATABASE_URL"]);
    }
    let broken = format!("api_token = '{PASSWORD}\n");
    std::fs::write(folder.path().join("hbnb.toml"), broken).unwrap();
    let args = ["serve", "--config", "hbnb.toml"];
    let said = refused("hbnb", &args, &[], folder.path()).await;
    holds(&said, &["hbnb.toml", "line 1"]);
    let envs = [
        ("HBNB_API_TOKEN", PASSWORD),
        ("HBNB_API_TOKEN_FILE", "token"),
    ];
    let said = refused("hbnb", &["serve"], &envs, folder.path()).await;
    holds(
        &said,
        &["HBNB_API_TOKEN", "HBNB_API_TOKEN_FILE", "keep one"],
    );
}

#[tokio::test]
async fn files_that_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    let args = ["serve", "--config", "none.toml"];
    let said = refused("hbnb", &args, &[], folder.path()).await;
    holds(&said, &["none.toml", "cannot be read", "correct --config"]);
    for variable in ["HBNB_CONFIG", "HBNB_API_TOKEN_FILE"] {
        for file in ["none", "/"] {
            let envs = [(variable, file)];
            let said = refused("hbnb", &["serve"], &envs, folder.path()).await;
            holds(&said, &[file, "cannot be read", "correct", variable]);
        }
    }
}

#[tokio::test]
async fn logs_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    for (path, right) in [
        (".", "it is a folder; name a file in it"),
        ("none/a.log", "its folder is not there; make it"),
        // Nobody makes files there.
        ("/sys/a.log", "permission denied; let this user write there"),
    ] {
        for flag in ["--access-log", "--error-log"] {
            let said = refused("hbnb-assets", &[flag, path], &[], folder.path()).await;
            let way_out = format!("or choose another file with {flag}");
            holds(&said, &["cannot open the", path, right, &way_out]);
        }
    }
    let args = ["--access-log-format", "apache"];
    let said = refused("hbnb-assets", &args, &[], folder.path()).await;
    holds(
        &said,
        &[
            "access_log_format",
            "\"apache\"",
            "give log, json or combined",
        ],
    );
    let envs = [
        ("LISTEN_FDS", "1"),
        ("LISTEN_FDS_FIRST_FD", "900"),
        ("LISTEN_FDNAMES", "access"),
    ];
    let said = refused("hbnb-assets", &[], &envs, folder.path()).await;
    holds(
        &said,
        &["the inherited file access of LISTEN_FDS cannot be used"],
    );
}

#[tokio::test]
async fn unknown_key_in_the_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("hbnb.toml");
    std::fs::write(file, "drain_dely = '1s'\n").unwrap();
    for (program, command) in PROGRAMS {
        let args = [command, &["--config", "hbnb.toml"]].concat();
        let said = refused(program, &args, &[], folder.path()).await;
        holds(&said, &["hbnb.toml", "drain_dely", "mean drain_delay?"]);
    }
}

#[tokio::test]
async fn unknown_flag() {
    let folder = TempDir::new().unwrap();
    for (program, command) in PROGRAMS {
        let args = [command, &["--drain-dely", "1s"]].concat();
        let output = attempt(program, &args, &[SQLITE], folder.path()).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        holds(&said, &["--drain-dely", "--drain-delay", "--help"]);
        is_fit_to_read(&said);
    }
}

#[tokio::test]
async fn variables_of_others_only_warn() {
    let storage = Storage::sqlite().unwrap();
    let envs = [
        ("HBNB_TYPE_STORAGE", "db"),
        ("HBNB_MYSQL_USER", "hbnb_dev"),
        ("HBNB_MYSQL_PWD", PASSWORD),
        ("HBNB_DRAIN_DELY", "3s"),
        ("HBNB_API_SERVICE_PORT", "8081"),
    ];
    let server = serve(&storage, &envs, storage.folder()).await;
    let logs = server.logs();
    let lines = |part: &str| logs.lines().filter(|line| line.contains(part)).count();
    assert_eq!(lines("hbnb import"), 1, "{logs}");
    assert_eq!(lines("did you mean HBNB_DRAIN_DELAY?"), 1, "{logs}");
    assert_eq!(lines("WARN"), 3, "{logs}");
    holds(
        &logs,
        &["HBNB_MYSQL_PWD", "HBNB_MYSQL_USER", "HBNB_TYPE_STORAGE"],
    );
    is_fit_to_read(&logs);
}

async fn serve(storage: &Storage, envs: &[(&str, &str)], folder: &Path) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let args = ["serve", "--no-demo", "--database-url", storage.url()];
    Server::start(&binary, &args, envs, folder).await.unwrap()
}
