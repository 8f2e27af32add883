//! `/states/ID/cities` and `/cities/ID`.

use serde_json::json;

use crate::harness::each_engine;
use crate::reply::ids;
use crate::world::World;

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let state = api.make("/states", json!({"name": "Utah"})).await;
        let cities = format!("/states/{state}/cities");
        let made = api.post(&cities, json!({"name": "Moab"})).await.is(201);
        let city = made.json();
        let (id, created, updated) = (&city["id"], &city["created_at"], &city["updated_at"]);
        let text = format!(
            "{{\"__class__\":\"City\",\"created_at\":{created},\"id\":{id},\"name\":\"Moab\",\"state_id\":\"{state}\",\
             \"updated_at\":{updated}}}"
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert_eq!(api.get(&cities).await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}

#[tokio::test]
async fn path_wins() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let cities = format!("/states/{}/cities", world.state);
        let body = json!({"name": "Provo", "state_id": other.state});
        let city = api.post(&cities, body).await.is(201).json();
        assert_eq!(city["state_id"], world.state);
        let listed = api.get(&cities).await.is(200).list();
        let mut both = vec![world.city, city["id"].as_str().unwrap().to_owned()];
        both.sort();
        assert_eq!(ids(&listed), both);
    })
    .await;
}
