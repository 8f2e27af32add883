//! `/amenities`.

use serde_json::json;

use crate::harness::each_engine;

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let made = api.post("/amenities", json!({"name": "Wifi"})).await.is(201);
        let amenity = made.json();
        let (id, created, updated) = (&amenity["id"], &amenity["created_at"], &amenity["updated_at"]);
        let text = format!(
            "{{\"__class__\":\"Amenity\",\"created_at\":{created},\"id\":{id},\"name\":\"Wifi\",\"updated_at\":{updated}}}"
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert_eq!(api.get("/amenities").await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}
