//! The options, each wrong in turn.

use rig::{Binary, Storage, run};

const TIME: &str = "such as 500ms, 5s or 1m";
const WHOLE: &str = "give a whole number such as 1000";

/// Flags, wrong values, and what would be right.
const WRONG: &[(&str, &str, &str)] = &[
    ("workers", "0", "give a number from 1 to 1024, or auto"),
    ("workers", "many", "give a number from 1 to 1024, or auto"),
    ("balance", "fair", "give shared or slots"),
    ("start-timeout", "soon", TIME),
    ("max-requests", "-1", WHOLE),
    ("max-requests", "1.5", WHOLE),
    ("max-age", "old", TIME),
    ("max-rss", "much", "give a size such as"),
    ("control-socket", "/none/socket", "make it"),
    ("watchdog", "never", TIME),
    ("drain-delay", "-1s", TIME),
    ("drain-linger", "short", TIME),
    ("drain-deadline", "1y", "give at most"),
    ("request-timeout", "1", TIME),
    ("stream-timeout", "long", TIME),
    ("request-limit", "all", WHOLE),
    ("request-limit", "5000000000", "that is too great"),
    ("connection-limit", "-1", WHOLE),
    ("body-limit", "big", "give a size such as"),
    ("api-timeout", "now", TIME),
    ("database-wait", "soon", TIME),
    ("database-acquire-timeout", "x", TIME),
    ("database-statement-timeout", "x", TIME),
    ("database-pool-max", "0", "give a whole number from 1"),
    ("database-pool-min", "few", WHOLE),
    ("bind", "here", "give host:port"),
    ("socket-mode", "999", "give an octal mode"),
    ("socket-owner", "nobody-at-all", "there is no user"),
    ("trusted-proxies", "everyone", "give networks such as"),
    ("log", "loud=very", "give a level"),
    ("log-format", "xml", "give text or json"),
    ("access-log-format", "common", "give log, json or combined"),
    (
        "access-log",
        "/none/access.log",
        "make it, or choose another",
    ),
    ("error-log", "/none/error.log", "make it, or choose another"),
    ("config", "/none/hbnb.toml", "correct --config"),
    ("faults", "maybe", "give true or false"),
    ("assets-dir", "/none", "give a folder that is there"),
    ("cors-origins", "here", "give *, or origins"),
    ("pid-file", "/none/pid", "choose another file"),
];

#[tokio::test]
async fn each_wrong_in_turn() {
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    for (flag, value, right) in WRONG {
        let flag = format!("--{flag}={value}");
        let own = ["serve", "--no-demo", "--database-url", storage.url()];
        let binds = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];
        let args = [&own[..], &binds, &[&flag]].concat();
        let output = run(&hbnb, &args, &[], storage.folder()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{flag}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
        let name = flag.trim_start_matches("--").split('=').next().unwrap();
        let is_named = [
            name.to_owned(),
            name.replace('-', "_"),
            name.replace('-', " "),
        ]
        .iter()
        .any(|name| said.contains(name));
        assert!(
            is_named && said.contains(value) && said.contains(right),
            "{flag}: {said}"
        );
    }
    assert!(
        !storage.folder().join("hbnb.db").exists(),
        "a database was made"
    );
}
