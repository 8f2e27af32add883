//! What is written stays, until somebody removes it.

use crate::world::{can_have, site, sql};
use rig::http::{get, send};
use rig::{Clients, Compose, Question, announce};
use serde_json::json;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Requests that are answered before a reload and after.
const MANY: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn data_stays_until_it_is_removed() {
    if !can_have("data in containers") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    write(&compose, "Oregon").await;

    compose.run(&["down"]).await.unwrap();
    compose.up(&[]).await.unwrap();
    assert_eq!(names(&compose).await, ["Oregon"]);
    let password = secret(&compose).await;

    // As README.md says it.
    let dump = compose
        .run(&[
            "exec",
            "-T",
            "db",
            "pg_dump",
            "-U",
            "hbnb",
            "--clean",
            "--if-exists",
            "hbnb",
        ])
        .await
        .unwrap();
    write(&compose, "Utah").await;
    restore(&compose, &dump).await;
    assert_eq!(names(&compose).await, ["Oregon"]);

    compose.run(&["down", "--volumes"]).await.unwrap();
    compose.up(&[]).await.unwrap();
    assert_eq!(names(&compose).await, [""; 0]);
    assert_ne!(
        secret(&compose).await,
        password,
        "a new database has a new password"
    );
    restore(&compose, &dump).await;
    assert_eq!(names(&compose).await, ["Oregon"]);
}

/// `docker compose up sqlite`: one container, and its data in a volume.
#[tokio::test(flavor = "multi_thread")]
async fn one_container_is_enough() {
    if !can_have("one container of hbnb serve") {
        return;
    }
    let mut compose = site().env("HBNB_NO_DEMO", "false");
    compose.up(&["sqlite"]).await.unwrap();
    assert_eq!(compose.containers("sqlite").await.unwrap().len(), 1);
    assert_eq!(
        compose
            .run(&["ps", "--quiet"])
            .await
            .unwrap()
            .lines()
            .count(),
        1
    );
    let page = get(&compose.base(), "/").await.unwrap();
    assert!(
        page.text().contains("<article"),
        "the demo's places are there"
    );
    write(&compose, "Oregon").await;
    reload(&compose).await;
    let states = names(&compose).await;
    compose.run(&["--profile", "sqlite", "down"]).await.unwrap();
    compose.up(&["sqlite"]).await.unwrap();
    assert_eq!(names(&compose).await, states);
    assert!(states.contains(&"Oregon".to_owned()));
}

/// New workers, while somebody visits on connections that are kept, and on fresh ones.
async fn reload(compose: &Compose) {
    let base = compose.base();
    let address = base.trim_start_matches("http://");
    let questions = [
        Question::get("/"),
        Question::get("/api/v1/status"),
        Question::post("/api/v1/places_search?limit=5", "{}", 200),
    ];
    let visitors = [
        Clients::start(address, &questions),
        Clients::start_fresh(address, &questions),
    ];
    let hbnb = ["exec", "-T", "sqlite", "hbnb"];
    for generation in [2, 3] {
        for visitors in &visitors {
            visitors.until_answered(MANY).await.unwrap();
        }
        let order = [&hbnb[..], &["reload", "--wait"]].concat();
        let said = compose.run(&order).await.unwrap();
        let wanted = format!("generation {generation} serves");
        assert!(said.contains(&wanted), "{said}");
    }
    for visitors in visitors {
        visitors.until_answered(MANY).await.unwrap();
        let asked = visitors.end().await;
        announce(&format!(
            "two reloads in a container: {} answered, {} lost",
            asked.answered,
            asked.lost.len()
        ));
        assert_eq!(asked.lost, Vec::<String>::new());
    }
}

async fn write(compose: &Compose, name: &str) {
    let body = json!({"name": name}).to_string().into_bytes();
    let json = [("content-type", "application/json")];
    let path = "/api/v1/states";
    let limit = Duration::from_secs(10);
    let base = compose.base();
    let reply = send(&base, "POST", path, &json, Some(body), limit);
    assert_eq!(reply.await.unwrap().status, 201);
}

async fn names(compose: &Compose) -> Vec<String> {
    let states = get(&compose.base(), "/api/v1/states").await.unwrap();
    assert_eq!(states.status, 200, "{}", states.text());
    let states = states.json().unwrap();
    let names = states.as_array().unwrap().iter();
    let name = |state: &serde_json::Value| state["name"].as_str().unwrap().to_owned();
    names.map(name).collect()
}

async fn secret(compose: &Compose) -> String {
    let digest = "SELECT rolpassword FROM pg_authid WHERE rolname = 'hbnb'";
    sql(compose, digest).await
}

async fn restore(compose: &Compose, dump: &str) {
    let psql = [
        "exec",
        "-T",
        "db",
        "psql",
        "-U",
        "hbnb",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "--single-transaction",
        "hbnb",
    ];
    let mut command = tokio::process::Command::from(compose.command(&psql));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(dump.as_bytes()).await.unwrap();
    drop(input);
    assert!(child.wait().await.unwrap().success());
}
