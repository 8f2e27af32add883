//! The master's own options, each wrong in turn.

use rig::{Binary, Storage, run};

#[tokio::test]
async fn each_wrong_in_turn() {
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    for (flag, value, right) in [
        ("workers", "0", "give a number from 1 to 1024, or auto"),
        ("workers", "many", "give a number from 1 to 1024, or auto"),
        ("balance", "fair", "give shared or slots"),
        ("start-timeout", "soon", "such as 500ms, 5s or 1m"),
        ("max-requests", "-1", "give a whole number such as 10000"),
        ("max-requests", "1.5", "give a whole number such as 10000"),
        ("max-age", "old", "such as 500ms, 5s or 1m"),
        ("max-rss", "much", "give a size such as"),
        ("control-socket", "/none/socket", "make it"),
        ("pid-file", "/none/pid", "choose another file"),
    ] {
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
