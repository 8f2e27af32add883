//! `/cities/ID/places`, `/users/ID/places` and `/places/ID`.

use serde_json::{Value, json};

use crate::harness::each_engine;
use crate::reply::ids;
use crate::world::{World, nowhere};

/// The place's text with these values, and the ids and times that it has.
fn text(place: &Value, values: &str) -> String {
    let mut text = values.replace("\n", "");
    for name in ["city_id", "created_at", "id", "updated_at", "user_id"] {
        text = text.replace(&format!("<{name}>"), &place[name].to_string());
    }
    text
}

#[tokio::test]
async fn defaults() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let places = world.path("/cities/{city}/places");
        let body = json!({"user_id": world.user, "name": "Loft"});
        let made = api.post(&places, body).await.is(201);
        let place = made.json();
        let bare = r#"{"__class__":"Place","city_id":<city_id>,"created_at":<created_at>,"description":null,"id":<id>,
"latitude":null,"longitude":null,"max_guest":0,"name":"Loft","number_bathrooms":0,"number_rooms":0,
"price_by_night":0,"updated_at":<updated_at>,"user_id":<user_id>}"#;
        assert_eq!(made.text().trim_end(), text(&place, bare));
        assert_eq!(place["city_id"], world.city);
        assert_eq!(place["user_id"], world.user);
        let shown = api.get(&format!("/places/{}", place["id"].as_str().unwrap())).await.is(200);
        assert_eq!(shown.text(), made.text());
    })
    .await;
}

#[tokio::test]
async fn all_members() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let body = json!({
            "user_id": world.user, "name": "Loft", "description": "Big<BR />\u{e9}", "number_rooms": 3,
            "number_bathrooms": -1, "max_guest": 2_147_483_647, "price_by_night": -2_147_483_648_i64,
            "latitude": 37.773972, "longitude": -122, "city_id": "nope", "amenities": [world.amenity], "nope": 1,
        });
        let made = api.post(&world.path("/cities/{city}/places"), body).await.is(201);
        let place = made.json();
        let full = r#"{"__class__":"Place","city_id":<city_id>,"created_at":<created_at>,
"description":"Big<BR />\u00e9","id":<id>,"latitude":37.773972,"longitude":-122.0,"max_guest":2147483647,
"name":"Loft","number_bathrooms":-1,"number_rooms":3,"price_by_night":-2147483648,"updated_at":<updated_at>,
"user_id":<user_id>}"#;
        assert_eq!(made.text().trim_end(), text(&place, full));
        let path = format!("/places/{}", place["id"].as_str().unwrap());
        assert_eq!(api.get(&path).await.is(200).text(), made.text());
        assert_eq!(api.get(&format!("{path}/amenities")).await.is(200).text(), "[]\n");
    })
    .await;
}

#[tokio::test]
async fn nulls() {
    each_engine(|api| async move {
        let path = World::new(&api).await.path("/places/{place}");
        let set = json!({"description": "Big", "latitude": 1.5, "longitude": 0});
        let place = api.put(&path, set).await.is(200).json();
        assert_eq!(place["latitude"], 1.5);
        let unset = json!({"description": null, "latitude": null});
        let place = api.put(&path, unset).await.is(200).json();
        assert!(place["description"].is_null() && place["latitude"].is_null());
        assert_eq!(place["longitude"], 0.0);
    })
    .await;
}

#[tokio::test]
async fn city_only() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let places = api
            .get(&world.path("/cities/{city}/places"))
            .await
            .is(200)
            .list();
        assert_eq!(places.len(), 1);
        assert_eq!(places[0]["id"], world.place);
        assert_ne!(places[0]["id"], other.place);
    })
    .await;
}

#[tokio::test]
async fn user_only() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let path = world.path("/users/{user}/places");
        let place = api.get(&world.path("/places/{place}")).await.is(200);
        let places = api.get(&path).await.is(200);
        assert_eq!(places.text(), format!("[{}]\n", place.text().trim_end()));
        let more = json!({"user_id": world.user, "name": "Cabin"});
        let more = api.make(&other.path("/cities/{city}/places"), more).await;
        let mut wanted = vec![world.place.clone(), more];
        wanted.sort();
        assert_eq!(ids(&api.get(&path).await.is(200).list()), wanted);
        api.delete(&world.path("/places/{place}")).await.is(200);
        api.delete(&other.path("/states/{state}")).await.is(200);
        assert_eq!(api.get(&path).await.is(200).text(), "[]\n");
        api.get(&nowhere("/users/{user}/places"))
            .await
            .refused(404, "Not found");
        api.get("/users/nope/places")
            .await
            .refused(404, "Not found");
    })
    .await;
}
