//! `/places/ID/amenities`.

use serde_json::{Value, json};

use crate::harness::{Api, JSON, each_engine};
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

const UNKNOWN: &str = "amenity_ids must be ids of amenities that are there";

/// The ids of the amenities of a place, in their order.
async fn amenities(api: &Api, place: &str) -> Vec<String> {
    let list = api.get(&format!("/places/{place}/amenities")).await;
    ids(&list.is(200).list())
}

#[tokio::test]
async fn with_the_place() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let pets = api.make("/amenities", json!({"name": "Pets"})).await;
        let mut both = vec![world.amenity.clone(), pets.clone()];
        both.sort();
        let places = world.path("/cities/{city}/places");
        let twice = json!([pets, world.amenity, pets]);
        let new = json!({"user_id": world.user, "name": "Loft", "amenity_ids": twice});
        let place = api.make(&places, new).await;
        assert_eq!(amenities(&api, &place).await, both);
        let path = format!("/places/{place}");
        let shown = api.get(&path).await.is(200).json();
        assert_eq!(shown.get("amenity_ids"), None);
        // What is not told stays; what is told is all that there is from then on.
        for (change, wanted) in [
            (json!({"name": "Cabin"}), both),
            (json!({"amenity_ids": [pets]}), vec![pets]),
            (json!({"amenity_ids": []}), vec![]),
        ] {
            let changed = api.put(&path, change).await.is(200).json();
            assert_eq!(changed["name"], "Cabin");
            assert_eq!(amenities(&api, &place).await, wanted);
        }
    })
    .await;
}

/// Neither the place nor any of its amenities is half done.
#[tokio::test]
async fn with_the_place_or_not_at_all() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let places = world.path("/cities/{city}/places");
        let path = world.path("/places/{place}");
        let (before, stats) = (api.get(&path).await.json(), api.stats().await);
        let refuse = async |ids: Value, told: &str| {
            let mut body = json!({"user_id": world.user, "name": "Other", "amenity_ids": ids});
            api.post(&places, body.clone()).await.refused(400, told);
            api.put(&path, body.clone()).await.refused(400, told);
            body["name"] = json!("x".repeat(129));
            api.put(&path, body).await.is(400);
        };
        for wrong in [nowhere("{amenity}"), world.place.clone(), "nope".to_owned()] {
            refuse(json!([world.amenity, wrong]), UNKNOWN).await;
        }
        for wrong in [json!(null), json!("x"), json!([1]), json!({})] {
            refuse(wrong, "amenity_ids must be a list of ids").await;
        }
        assert_eq!(api.get(&path).await.json(), before);
        assert_eq!(
            amenities(&api, &world.place).await,
            *std::slice::from_ref(&world.amenity)
        );
        assert_eq!(api.stats().await, stats);
        let gone = json!({"amenity_ids": [world.amenity]});
        let nobody = nowhere("/places/{place}");
        api.put(&nobody, gone).await.refused(404, "Not found");
    })
    .await;
}
