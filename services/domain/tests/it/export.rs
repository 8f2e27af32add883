//! Exports: the form, whole files or none, and one state of the data.

use domain::{Id, Store, demo, export};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::each_engine;

/// Everything in the database, as an export tells it.
pub(crate) async fn dump(store: &Store) -> Value {
    let mut text = Vec::new();
    export::run(store, &mut text, &mut |_, _| {}).await.unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[tokio::test]
async fn nothing() {
    each_engine(|store| async move {
        let mut text = Vec::new();
        let written = export::run(&store, &mut text, &mut |_, _| {})
            .await
            .unwrap();
        assert_eq!(text, b"{}\n");
        assert_eq!(written.to_string(), "no rows");
    })
    .await;
}

#[tokio::test]
async fn form() {
    each_engine(|store| async move {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("in.json");
        let id = |n: u128| Id::from_bits(n).to_string();
        let time = "2017-09-28T21:05:54";
        let rows = json!({
            format!("State.{}", id(1)): {"name": "Īle & \"co\" <\u{1f600}>", "created_at": time, "updated_at": time},
            format!("City.{}", id(2)): {"name": "C", "state_id": id(1), "created_at": time, "updated_at": time},
            format!("Amenity.{}", id(3)): {"name": "W", "created_at": time, "updated_at": time},
            format!("User.{}", id(4)): {"email": "e", "password": "p", "created_at": time, "updated_at": time},
            format!("Place.{}", id(5)): {
                "name": "P", "city_id": id(2), "user_id": id(4), "latitude": 37, "amenity_ids": [id(3)],
                "created_at": time, "updated_at": "2017-09-28T21:05:54.000001",
            },
            format!("Review.{}", id(6)): {
                "text": "T", "place_id": id(5), "user_id": id(4), "created_at": time, "updated_at": time,
            },
        });
        std::fs::write(&file, rows.to_string()).unwrap();
        domain::import::run(&store, &file, true, &mut |_| {})
            .await
            .unwrap();
        let mut text = Vec::new();
        let mut heard = Vec::new();
        let mut hear = |done, total| heard.push((done, total));
        let written = export::run(&store, &mut text, &mut hear).await.unwrap();
        assert_eq!(
            written.to_string(),
            "1 state, 1 city, 1 amenity, 1 user, 1 place, 1 review, 1 amenity link"
        );
        assert_eq!(heard.last(), Some(&(6, 6)));
        let text = String::from_utf8(text).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("{"));
        assert_eq!(
            lines.next().unwrap(),
            format!(
                "\"State.{0}\": {{\"__class__\":\"State\",\"created_at\":\"{time}.000000\",\"id\":\"{0}\",\
                 \"name\":\"Īle & \\\"co\\\" <\u{1f600}>\",\"updated_at\":\"{time}.000000\"}},",
                id(1)
            )
        );
        assert!(!text.contains("password"));
        let rows: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            rows[format!("Place.{}", id(5))],
            json!({
                "__class__": "Place", "id": id(5), "name": "P", "city_id": id(2), "user_id": id(4),
                "created_at": format!("{time}.000000"), "updated_at": format!("{time}.000001"),
                "description": null, "latitude": 37.0, "longitude": null, "max_guest": 0,
                "number_bathrooms": 0, "number_rooms": 0, "price_by_night": 0, "amenity_ids": [id(3)],
            })
        );
    })
    .await;
}

#[tokio::test]
async fn file() {
    each_engine(|store| async move {
        demo::fill(&store, 30, &mut |_, _| {}).await.unwrap();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("file.json");
        std::fs::write(&file, "old").unwrap();
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        export::to_file(&store, &link, &mut |_, _| {})
            .await
            .unwrap();
        assert!(link.is_symlink());
        let text = std::fs::read_to_string(&file).unwrap();
        let rows: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(rows, dump(&store).await);
        assert_eq!(names(&folder), ["file.json", "link.json"]);
    })
    .await;
}

#[tokio::test]
async fn failures_leave_the_old_file() {
    each_engine(|store| async move {
        let folder = TempDir::new().unwrap();
        let nowhere = folder.path().join("no/file.json");
        let error = export::to_file(&store, &nowhere, &mut |_, _| {})
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("no/file.json: No such file"), "{error}");
        let file = folder.path().join("file.json");
        std::fs::write(&file, "old").unwrap();
        store.close().await;
        let error = export::to_file(&store, &file, &mut |_, _| {})
            .await
            .unwrap_err();
        assert!(matches!(error, export::ExportError::Database(_)));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(names(&folder), ["file.json"]);
    })
    .await;
}

fn names(folder: &TempDir) -> Vec<String> {
    let files = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn one_state_of_the_data() {
    each_engine(|store| async move {
        demo::fill(&store, 60, &mut |_, _| {}).await.unwrap();
        let before = dump(&store).await;
        let (mut out, mut end) = tokio::io::duplex(64);
        let exporting = tokio::spawn({
            let store = store.clone();
            async move {
                export::run(&store, &mut out, &mut |_, _| {})
                    .await
                    .map(drop)
            }
        });
        let mut text = vec![0; 8];
        end.read_exact(&mut text).await.unwrap();
        demo::remove(&store, &mut |_, _| {}).await.unwrap();
        end.read_to_end(&mut text).await.unwrap();
        exporting.await.unwrap().unwrap();
        let seen: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(seen, before);
        assert_eq!(dump(&store).await, json!({}));
    })
    .await;
}
