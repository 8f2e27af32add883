//! Data in and out: `hbnb demo`, `hbnb import`, `hbnb export`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "carry_over/original.rs"]
mod original;

use original::{file_json, id, row};
use rig::process::free_port;
use rig::{Binary, Storage, run};
use serde_json::{Map, Value, json};
use std::process::Output;

#[tokio::test]
async fn on_sqlite() {
    original_comes_in(&Storage::sqlite().unwrap()).await;
    strict_takes_all_or_nothing(&Storage::sqlite().unwrap()).await;
    demo_comes_and_goes(&Storage::sqlite().unwrap()).await;
}

#[tokio::test]
async fn on_postgres() {
    let storage = || Storage::postgres("demo, import and export on PostgreSQL").unwrap();
    let (Some(first), Some(second), Some(third)) = (storage(), storage(), storage()) else {
        return;
    };
    original_comes_in(&first).await;
    strict_takes_all_or_nothing(&second).await;
    demo_comes_and_goes(&third).await;
}

async fn original_comes_in(storage: &Storage) {
    write(storage, &file_json("California"));
    let said = succeeded(storage, &["import", "file.json"]).await;
    for (class, sums) in [
        ("State", "1 1 0 0"),
        ("Amenity", "1 1 0 0"),
        ("User", "1 1 0 0"),
        ("City", "1 1 0 0"),
        ("Place", "2 1 0 1"),
        ("Review", "1 1 0 0"),
        ("others", "1 0 0 1"),
    ] {
        assert_eq!(sums_of(&said, class), sums, "{said}");
    }
    let line = |parts: &[&str]| {
        said.lines()
            .any(|line| parts.iter().all(|p| line.contains(p)))
    };
    assert!(line(&["BaseModel", &id(7), "left out"]), "{said}");
    assert!(
        line(&["Place", &id(8), "left out", "city_id", &id(98)]),
        "{said}"
    );
    assert!(line(&["Place", &id(5), "amenity_ids", &id(99)]), "{said}");
    let expected = json!({"__class__": "Place", "id": id(5), "name": "Lovely place", "description": null,
        "city_id": id(2), "user_id": id(4), "number_rooms": 3, "number_bathrooms": 0, "max_guest": 0,
        "price_by_night": 0, "latitude": 37.77, "longitude": -122.43, "amenity_ids": [id(3)],
        "created_at": "2017-09-28T21:05:54.119427", "updated_at": "2017-09-28T21:05:54.119572"});
    let rows = rows(storage).await;
    assert_eq!(rows[&format!("Place.{}", id(5))], expected);
    assert_eq!(rows.len(), 6);
    assert!(!Value::from(rows).to_string().contains("password"));
    what_is_there_stays(storage).await;
}

async fn what_is_there_stays(storage: &Storage) {
    write(storage, &file_json("Nevada"));
    let said = succeeded(storage, &["import", "file.json"]).await;
    for (class, sums) in [("State", "1 0 1 0"), ("Place", "2 0 1 1")] {
        assert_eq!(sums_of(&said, class), sums, "{said}");
    }
    let rows = rows(storage).await;
    assert_eq!(rows[&format!("State.{}", id(1))]["name"], "California");
}

async fn strict_takes_all_or_nothing(storage: &Storage) {
    write(storage, &file_json("California"));
    let output = hbnb(storage, &["import", "--strict", "file.json"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        text(&output.stderr).contains("nothing was imported"),
        "{output:?}"
    );
    assert!(rows(storage).await.is_empty());
    write(
        storage,
        &Value::from(Map::from_iter([row("State", 1, json!({"name": "Ohio"}))])).to_string(),
    );
    succeeded(storage, &["import", "--strict", "file.json"]).await;
    assert_eq!(rows(storage).await.len(), 1);
}

async fn demo_comes_and_goes(storage: &Storage) {
    write(storage, &file_json("California"));
    succeeded(storage, &["import", "file.json"]).await;
    let said = succeeded(storage, &["demo", "--places", "300"]).await;
    assert!(said.contains("300 places"), "{said}");
    let full = rows(storage).await;
    assert_eq!(
        full.keys().filter(|key| key.starts_with("Place.")).count(),
        301
    );
    let said = succeeded(storage, &["demo", "--places", "300"]).await;
    assert!(said.contains("added no rows"), "{said}");
    assert_eq!(rows(storage).await, full);
    let said = succeeded(storage, &["demo", "--remove"]).await;
    assert!(said.contains("300 places"), "{said}");
    assert_eq!(rows(storage).await.len(), 6, "only the demo goes");
    succeeded(storage, &["demo", "--remove"]).await;
    assert_eq!(rows(storage).await.len(), 6);
}

#[tokio::test]
async fn there_and_back() {
    let first = Storage::sqlite().unwrap();
    write(&first, &file_json("California"));
    succeeded(&first, &["import", "file.json"]).await;
    succeeded(&first, &["demo", "--places", "300"]).await;
    succeeded(&first, &["export", "out.json"]).await;
    let exported = read(&first);
    same_after_import(&exported, &Storage::sqlite().unwrap()).await;
    let what = "an export of SQLite into PostgreSQL";
    if let Some(storage) = Storage::postgres(what).unwrap() {
        same_after_import(&exported, &storage).await;
    }
}

async fn same_after_import(exported: &[u8], storage: &Storage) {
    write(storage, std::str::from_utf8(exported).unwrap());
    succeeded(storage, &["import", "--strict", "file.json"]).await;
    succeeded(storage, &["export", "out.json"]).await;
    assert!(read(storage) == exported, "the exports differ: {storage:?}");
}

#[tokio::test]
async fn files_that_cannot_be_imported() {
    let storage = Storage::sqlite().unwrap();
    for (content, part) in [("[]", "one JSON object"), ("{\"State.", "not valid JSON")] {
        write(&storage, content);
        let said = refused(storage.url(), &storage, &["import", "file.json"]).await;
        assert!(said.contains("file.json") && said.contains(part), "{said}");
    }
    for file in ["none.json", "/"] {
        let said = refused(storage.url(), &storage, &["import", file]).await;
        assert!(
            said.contains(file) && said.contains("nothing was"),
            "{said}"
        );
    }
    assert!(rows(&storage).await.is_empty());
}

#[tokio::test]
async fn export_of_what_is_not_there() {
    let storage = Storage::sqlite().unwrap();
    refused(storage.url(), &storage, &["export", "out.json"]).await;
    let url = format!("postgres://127.0.0.1:{}/hbnb", free_port().unwrap());
    let args = ["export", "out.json", "--database-wait", "0s"];
    refused(&url, &storage, &args).await;
    let left = std::fs::read_dir(storage.folder()).unwrap().count();
    assert_eq!(left, 0, "it made something");
}

async fn hbnb(storage: &Storage, args: &[&str]) -> Output {
    run_on(storage.url(), storage, args).await
}

async fn run_on(url: &str, storage: &Storage, args: &[&str]) -> Output {
    let binary = Binary::named("hbnb").unwrap();
    let envs = [("HBNB_DATABASE_URL", url)];
    run(&binary, args, &envs, storage.folder()).await.unwrap()
}

/// All that a command says that must end well.
async fn succeeded(storage: &Storage, args: &[&str]) -> String {
    let output = hbnb(storage, args).await;
    let said = [text(&output.stderr), text(&output.stdout)].concat();
    assert!(output.status.success(), "{args:?}: {said}");
    said
}

/// The one line of a command that must fail.
async fn refused(url: &str, storage: &Storage, args: &[&str]) -> String {
    let output = run_on(url, storage, args).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    said
}

/// Everything in the database.
async fn rows(storage: &Storage) -> Map<String, Value> {
    let output = hbnb(storage, &["export", "-"]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The numbers after the name of a class, in the table of an import.
fn sums_of(said: &str, class: &str) -> String {
    let mut lines = said.lines().map(|line| line.split_whitespace());
    let mut line = lines
        .find(|line| line.clone().next() == Some(class))
        .unwrap();
    line.next();
    line.collect::<Vec<_>>().join(" ")
}

fn write(storage: &Storage, content: &str) {
    std::fs::write(storage.folder().join("file.json"), content).unwrap();
}

fn read(storage: &Storage) -> Vec<u8> {
    std::fs::read(storage.folder().join("out.json")).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
