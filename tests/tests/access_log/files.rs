//! Files of logs that are turned over, handed over, or full.

use std::fs;

use rig::{Load, Server, until};
use tempfile::TempDir;

use crate::server::{PATIENCE, STYLES, ask, assets, assets_by, combined, form, until_lines};

const ROTATIONS: usize = 10;
const LOAD: Load = Load::kept(8, 500);

#[tokio::test(flavor = "multi_thread")]
async fn turned_over_under_load_no_line_is_lost() {
    let folder = TempDir::new().unwrap();
    let (file, server) = combined(folder.path()).await;
    let address = server.base().trim_start_matches("http://").parse().unwrap();
    let request = format!("GET {STYLES} HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut olds = Vec::new();
    for at in 0..ROTATIONS {
        let request = request.clone();
        let load = tokio::spawn(async move { LOAD.run(address, &request).await });
        until_lines(&file, 100).await;
        let old = folder.path().join(format!("access.log.{at}"));
        fs::rename(&file, &old).unwrap();
        server.signal("USR1").unwrap();
        until("it is opened anew", PATIENCE, async || {
            Ok(server.logs().matches("is opened anew").count() > at)
        })
        .await
        .unwrap();
        olds.push((fs::read(&old).unwrap(), old));
        load.await.unwrap().unwrap();
    }
    let form = form();
    let mut count = 0;
    for (text, old) in &olds {
        assert_eq!(&fs::read(old).unwrap(), text, "an old file has grown");
        let text = std::str::from_utf8(text).unwrap();
        assert!(text.ends_with('\n') && text.lines().all(|line| form.is_match(line)));
        count += text.lines().count();
    }
    let all = ROTATIONS * LOAD.all();
    let rest = until_lines(&file, all - count).await;
    assert!(rest.iter().all(|line| form.is_match(line)));
    assert_eq!(count + rest.len(), all);
    let told = server.logs().matches("is opened anew").count();
    assert_eq!(told, ROTATIONS, "{}", server.logs());
}

#[tokio::test]
async fn a_file_that_cannot_be_had_anew_is_kept() {
    let folder = TempDir::new().unwrap();
    let (file, server) = combined(folder.path()).await;
    ask(&server, STYLES).await;
    let old = folder.path().join("old.log");
    fs::rename(&file, &old).unwrap();
    fs::create_dir(&file).unwrap();
    server.signal("USR1").unwrap();
    let said = "cannot be opened anew: the old one stays in use";
    server.until_says(said, PATIENCE).await.unwrap();
    ask(&server, STYLES).await;
    assert_eq!(until_lines(&old, 2).await.len(), 2);

    fs::remove_dir(&file).unwrap();
    server.signal("USR1").unwrap();
    server.until_says("is opened anew", PATIENCE).await.unwrap();
    ask(&server, STYLES).await;
    until_lines(&file, 1).await;
    assert_eq!(until_lines(&old, 2).await.len(), 2);
}

#[tokio::test]
async fn the_error_log_is_turned_over_too() {
    let folder = TempDir::new().unwrap();
    let server = assets(&["--error-log", "error.log"], &[], folder.path()).await;
    let [file, old] = ["error.log", "error.log.1"].map(|name| folder.path().join(name));
    ask(&server, STYLES).await;
    until_lines(&file, 2).await;
    fs::rename(&file, &old).unwrap();
    server.signal("USR1").unwrap();
    let lines = until_lines(&file, 1).await;
    assert!(lines[0].contains("is opened anew"), "{lines:?}");
    ask(&server, STYLES).await;
    until_lines(&file, 2).await;
    assert_eq!(until_lines(&old, 2).await.len(), 2);
    assert_eq!(server.logs(), "");
}

#[tokio::test]
async fn without_files_there_is_nothing_to_turn_over() {
    let folder = TempDir::new().unwrap();
    let mut server = assets(&[], &[], folder.path()).await;
    for _ in 0..10 {
        server.signal("USR1").unwrap();
        assert_eq!(ask(&server, STYLES).await.status, 200);
    }
    server.terminate().unwrap();
    assert!(server.wait(PATIENCE).await.unwrap().success());
    assert!(!server.logs().contains("anew"), "{}", server.logs());
}

#[tokio::test]
async fn files_that_a_supervisor_hands_over() {
    let folder = TempDir::new().unwrap();
    let script = r#"exec 3>>given.log 4>>rest.log
        LISTEN_FDS=2 LISTEN_FDNAMES=access:error exec "$0" "$@""#;
    let args = [
        "--access-log",
        "named.log",
        "--access-log-format",
        "combined",
    ];
    let server = assets_by(script, &args, folder.path()).await;
    ask(&server, STYLES).await;
    server.signal("USR1").unwrap();
    ask(&server, STYLES).await;
    let lines = until_lines(&folder.path().join("given.log"), 2).await;
    let form = form();
    assert!(lines.iter().all(|line| form.is_match(line)), "{lines:?}");
    until_lines(&folder.path().join("rest.log"), 1).await;
    assert_eq!(server.logs(), "");
    assert!(!folder.path().join("named.log").exists());
}

/// How many lines of a log were dropped.
async fn dropped(server: &Server, log: &str) -> f64 {
    let series = format!(r#"log_lines_dropped_total{{log="{log}"}}"#);
    server.scrape().await.unwrap().figure(&series).unwrap()
}

#[tokio::test]
async fn a_full_disk_fails_no_request() {
    const FULL: &str = "a log cannot be written: its lines are dropped";
    for (flag, log, other) in [
        ("--access-log", "access", "error"),
        ("--error-log", "error", "access"),
    ] {
        let folder = TempDir::new().unwrap();
        let envs = [("HBNB_LOG_FORMAT", "json")];
        let server = assets(&[flag, "/dev/full"], &envs, folder.path()).await;
        for _ in 0..20 {
            assert_eq!(ask(&server, STYLES).await.status, 200);
        }
        let all = async || Ok(dropped(&server, log).await >= 20.0);
        until("the lines are counted", PATIENCE, all).await.unwrap();
        assert_eq!(dropped(&server, other).await, 0.0);
        server.until_says(FULL, PATIENCE).await.unwrap();
        // The same lines again are no other outage.
        ask(&server, STYLES).await;
        let more = async || Ok(dropped(&server, log).await >= 21.0);
        until("the next is counted", PATIENCE, more).await.unwrap();
        let logs = server.logs();
        assert_eq!(logs.matches(FULL).count(), 1, "{logs}");
        assert!(logs.contains("No space left") && logs.contains(&format!(r#""log":"{log}""#)));
    }
}
