//! `/status` and `/stats`.

use crate::harness::each_engine;
use crate::world::{World, copies};

#[tokio::test]
async fn status() {
    each_engine(|api| async move {
        let status = api.get("/status").await.is(200);
        assert_eq!(status.text(), "{\"status\":\"OK\"}\n");
        assert_eq!(status.length(), Some(16));
    })
    .await;
}

#[tokio::test]
async fn counts() {
    each_engine(|api| async move {
        let none = api.get("/stats").await.is(200);
        let zeros = r#"{"amenities":0,"cities":0,"places":0,"reviews":0,"states":0,"users":0}"#;
        assert_eq!(none.text().trim_end(), zeros);
        World::new(&api).await;
        for (table, count) in [("users", 1), ("states", 2), ("places", 3), ("cities", 4)] {
            copies(&api, table, count).await;
        }
        let some = api.get("/stats").await.is(200);
        let counts = r#"{"amenities":1,"cities":5,"places":4,"reviews":1,"states":3,"users":2}"#;
        assert_eq!(some.text().trim_end(), counts);
    })
    .await;
}
