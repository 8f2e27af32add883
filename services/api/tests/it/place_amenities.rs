//! `/places/ID/amenities`.

use serde_json::json;

use crate::harness::{JSON, each_engine};
use crate::reply::ids;
use crate::world::{World, nowhere};

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let pets = api
            .post("/amenities", json!({"name": "Pets"}))
            .await
            .is(201)
            .json();
        let list = world.path("/places/{place}/amenities");
        let link = format!("{list}/{}", pets["id"].as_str().unwrap());
        assert_eq!(api.ask("POST", &link).await.is(201).json(), pets);
        assert_eq!(api.ask("POST", &link).await.is(200).json(), pets);
        let mut both = vec![
            world.amenity.clone(),
            pets["id"].as_str().unwrap().to_owned(),
        ];
        both.sort();
        assert_eq!(ids(&api.get(&list).await.is(200).list()), both);
        let gone = api.delete(&link).await.is(200);
        assert_eq!(gone.text(), "{}\n");
        api.delete(&link).await.refused(404, "Not found");
        assert_eq!(ids(&api.get(&list).await.is(200).list()), [world.amenity]);
    })
    .await;
}

#[tokio::test]
async fn any_body() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let link = world.path("/places/{place}/amenities/{amenity}");
        for body in ["", "nope", "[1]", "{\"name\": null}"] {
            api.raw("POST", &link, JSON, body).await.is(200);
            api.raw("POST", &link, "text/plain", body).await.is(200);
        }
        api.raw("DELETE", &link, JSON, "nope").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn strangers() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let no_place = nowhere("/places/{place}/amenities/") + world.amenity.as_str();
        let no_amenity = world.path("/places/{place}/amenities/") + nowhere("{amenity}").as_str();
        for path in [no_place, no_amenity] {
            api.ask("POST", &path).await.refused(404, "Not found");
            api.delete(&path).await.refused(404, "Not found");
        }
        let list = nowhere("/places/{place}/amenities");
        api.get(&list).await.refused(404, "Not found");
    })
    .await;
}
