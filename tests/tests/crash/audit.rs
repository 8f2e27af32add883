//! Every row that a server lists must be whole, whoever wrote it.

use rig::http::{get, send};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Goes through all lists: each row has its members, refers to what is there, and is counted once.
pub(crate) async fn everything(base: &str) {
    let users = ids(&list(base, "/users", "User").await);
    let amenities = ids(&list(base, "/amenities", "Amenity").await);
    let states = list(base, "/states", "State").await;
    let (mut cities, mut places, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    for state in ids(&states) {
        let of_state = list(base, &format!("/states/{state}/cities"), "City").await;
        refer(&of_state, "state_id", &BTreeSet::from([state]));
        cities.extend(of_state);
    }
    for city in ids(&cities) {
        let of_city = list(base, &format!("/cities/{city}/places"), "Place").await;
        refer(&of_city, "city_id", &BTreeSet::from([city]));
        refer(&of_city, "user_id", &users);
        places.extend(of_city);
    }
    for place in ids(&places) {
        let path = format!("/places/{place}/amenities");
        let linked = ids(&list(base, &path, "Amenity").await);
        assert!(linked.is_subset(&amenities), "{place}: {linked:?}");
        let of_place = list(base, &format!("/places/{place}/reviews"), "Review").await;
        refer(&of_place, "place_id", &BTreeSet::from([place]));
        refer(&of_place, "user_id", &users);
        reviews.extend(of_place);
    }
    let found = search(base).await;
    assert_eq!(ids(&found), ids(&places), "the search finds other places");
    let counted = json!({"amenities": amenities.len(), "cities": cities.len(), "places": places.len(),
        "reviews": reviews.len(), "states": states.len(), "users": users.len()});
    let stats = get(base, "/api/v1/stats").await.unwrap();
    assert_eq!(stats.json().unwrap(), counted);
}

async fn list(base: &str, path: &str, class: &str) -> Vec<Value> {
    let reply = get(base, &format!("/api/v1{path}")).await.unwrap();
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    let rows = rows(&reply.json().unwrap());
    for row in &rows {
        assert_eq!(row["__class__"], class, "{row}");
        assert_eq!(missing(row, class), Vec::<&str>::new(), "{row}");
    }
    rows
}

async fn search(base: &str) -> Vec<Value> {
    let path = "/api/v1/places_search";
    let json = [("content-type", "application/json")];
    let limit = Duration::from_secs(30);
    let reply = send(base, "POST", path, &json, Some(b"{}".to_vec()), limit).await;
    rows(&reply.unwrap().json().unwrap())
}

fn rows(list: &Value) -> Vec<Value> {
    list.as_array().unwrap().clone()
}

/// The texts that a row of this class must have and has not.
fn missing(row: &Value, class: &str) -> Vec<&'static str> {
    let own: &[&str] = match class {
        "City" => &["name", "state_id"],
        "User" => &["email"],
        "Place" => &["name", "description", "city_id", "user_id"],
        "Review" => &["text", "place_id", "user_id"],
        _ => &["name"],
    };
    let all = ["id", "created_at", "updated_at"];
    let has = |member: &&str| row[*member].as_str().is_some_and(|text| !text.is_empty());
    let needed = all.iter().chain(own).copied();
    needed.filter(|member| !has(member)).collect()
}

fn refer(rows: &[Value], member: &str, to: &BTreeSet<String>) {
    for row in rows {
        let id = row[member].as_str().unwrap();
        assert!(to.contains(id), "{member} leads nowhere: {row}");
    }
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    let ids: BTreeSet<String> = rows.iter().map(id).collect();
    assert_eq!(ids.len(), rows.len(), "a row is listed twice");
    ids
}
