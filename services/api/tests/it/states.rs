//! `/states`.

use domain::Pools;
use serde_json::json;

use crate::harness::each_engine;
use crate::reply::time;

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let name = "Qu\u{e9}bec \u{1f3e1} \"\\\u{7f}\n/";
        let made = api.post("/states", json!({"name": name})).await.is(201);
        let state = made.json();
        let (id, created, updated) = (&state["id"], &state["created_at"], &state["updated_at"]);
        let written = "\"Qu\\u00e9bec \\ud83c\\udfe1 \\\"\\\\\u{7f}\\n/\"";
        let text = format!(
            "{{\"__class__\":\"State\",\"created_at\":{created},\"id\":{id},\"name\":{written},\"updated_at\":{updated}}}"
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert!(time(created) <= time(updated));
        let shown = api.get(&format!("/states/{}", id.as_str().unwrap())).await.is(200);
        assert_eq!(shown.text(), made.text());
        assert_eq!(api.get("/states").await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}

#[tokio::test]
async fn made_here() {
    each_engine(|api| async move {
        let id = "421a55f4-7d82-45d9-b54c-a76916479545";
        let body = json!({
            "__class__": "City", "id": id, "created_at": "2001-01-01T00:00:00", "updated_at": 5, "name": "", "nope": 1,
        });
        let state = api.post("/states", body).await.is(201).json();
        assert_ne!(state["id"], id);
        assert!(time(&state["created_at"]) > time(&json!("2001-01-01T00:00:00")));
        assert_eq!(state["name"], "");
        assert_eq!(state.as_object().unwrap().len(), 5);
        let uuid = state["id"].as_str().unwrap();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    })
    .await;
}

#[tokio::test]
async fn whole_seconds() {
    each_engine(|api| async move {
        let id = api.make("/states", json!({"name": "Utah"})).await;
        let (whole, part) = match api.store.pools() {
            Pools::Postgres(_) => ("'2017-09-28T21:05:54Z'", "'2017-09-28T21:05:54.00012Z'"),
            Pools::Sqlite { .. } => ("1506632754000000", "1506632754000120"),
        };
        let sql = format!("UPDATE states SET created_at = {whole}, updated_at = {part}");
        api.sql(&sql).await;
        let state = api.get(&format!("/states/{id}")).await.is(200).json();
        assert_eq!(state["created_at"], "2017-09-28T21:05:54");
        assert_eq!(state["updated_at"], "2017-09-28T21:05:54.000120");
    })
    .await;
}

#[tokio::test]
async fn namesakes() {
    each_engine(|api| async move {
        api.post("/states", json!({"name": "Utah"})).await.is(201);
        api.post("/states/", json!({"name": "Utah"})).await.is(201);
        assert_eq!(api.get("/states").await.is(200).list().len(), 2);
    })
    .await;
}
