//! A database that gives no answer.

use std::any::Any;
use std::time::Duration;

use domain::{Options, Pools, Store};
use serde_json::json;

use crate::harness::{Api, each_engine, open};
use crate::reply::Reply;

const SENTENCE: &str = "The service is not available now, try again later";

#[track_caller]
fn unavailable(reply: Reply) {
    let reply = reply.is(503);
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    reply.refused(503, SENTENCE);
}

/// The same database, by one connection that nobody waits for long.
async fn narrow(api: &Api) -> Api {
    let url = match api.store.pools() {
        Pools::Postgres(pool) => {
            let mut url = url::Url::parse(&rig::test_database_url().unwrap()).unwrap();
            url.set_path(pool.connect_options().get_database().unwrap());
            url.to_string()
        }
        Pools::Sqlite { writer, .. } => {
            format!(
                "sqlite:{}",
                writer.connect_options().get_filename().display()
            )
        }
    };
    let options = Options {
        max_connections: 1,
        acquire_timeout: Duration::from_secs(2),
        ..Options::new(url)
    };
    Api::new(Store::open(&options).await.unwrap(), open())
}

/// All connections of the store, held until they are dropped.
async fn hold(store: &Store) -> [Box<dyn Any + Send>; 2] {
    match store.pools() {
        Pools::Postgres(pool) => [Box::new(pool.acquire().await.unwrap()), Box::new(())],
        Pools::Sqlite {
            readers, writer, ..
        } => [
            Box::new(readers.acquire().await.unwrap()),
            Box::new(writer.acquire().await.unwrap()),
        ],
    }
}

#[tokio::test]
async fn closed() {
    each_engine(|api| async move {
        api.store.close().await;
        unavailable(api.get("/states").await);
        unavailable(api.get("/stats").await);
        unavailable(api.post("/states", json!({"name": "Utah"})).await);
        unavailable(api.post("/places_search", json!({})).await);
        api.get("/status").await.is(200);
        api.get("/nope").await.refused(404, "Not found");
        api.post("/states", json!({}))
            .await
            .refused(400, "Missing name");
    })
    .await;
}

#[tokio::test]
async fn exhausted() {
    each_engine(|api| async move {
        let api = narrow(&api).await;
        let held = hold(&api.store).await;
        unavailable(api.get("/states").await);
        unavailable(api.post("/states", json!({"name": "Utah"})).await);
        drop(held);
        api.post("/states", json!({"name": "Utah"})).await.is(201);
        assert_eq!(api.get("/states").await.is(200).list().len(), 1);
        api.store.close().await;
    })
    .await;
}
