//! Ids in a path that are no ids.

use serde_json::json;

use crate::harness::each_engine;
use crate::methods::ROUTES;
use crate::world::World;

/// Texts that name nothing, though some resemble the id.
fn odd(id: &str) -> Vec<String> {
    let upper = id.to_uppercase();
    assert_ne!(upper, id);
    let mut odd = vec![
        upper,
        id.replace('-', ""),
        format!("{id}%20"),
        format!("%20{id}"),
        format!("{id}%00"),
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        id[..35].to_owned(),
        "0".repeat(10_240),
    ];
    let plain = [
        "%00", "%ff", "..", ".", "%2e%2e", "%2F", "%", "%zz", "0", "nope", "*", "'", "null",
        "%c3%a9",
    ];
    odd.extend(plain.map(str::to_owned));
    odd
}

#[tokio::test]
async fn odd_ids() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, allow) in ROUTES.iter().filter(|(path, _)| path.contains('{')) {
            let path = world.path(path);
            let id = path.split('/').nth(2).unwrap();
            for odd in odd(id) {
                let path = path.replace(id, &odd);
                for method in allow.split(", ").filter(|method| *method != "OPTIONS") {
                    let reply = api.ask(method, &path).await;
                    assert_eq!(reply.status, 404, "{method} {path}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn odd_links() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for odd in odd(&world.amenity) {
            let path = world.path("/places/{place}/amenities/") + odd.as_str();
            api.ask("POST", &path).await.refused(404, "Not found");
            api.delete(&path).await.refused(404, "Not found");
        }
    })
    .await;
}

#[tokio::test]
async fn escaped() {
    each_engine(|api| async move {
        let id = api.make("/states", json!({"name": "Utah"})).await;
        let path = format!("/states/%{:02x}{}", id.as_bytes()[0], &id[1..]);
        assert_eq!(api.get(&path).await.is(200).json()["id"], id);
    })
    .await;
}
