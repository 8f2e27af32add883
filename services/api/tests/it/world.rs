//! One of each thing, tied together; and many rows at once.

use domain::{Id, Pools};
use serde_json::json;

use crate::harness::Api;

/// A state with a city with a place, which has an amenity, an owner, and a review by the owner.
pub(crate) struct World {
    pub(crate) state: String,
    pub(crate) city: String,
    pub(crate) amenity: String,
    pub(crate) user: String,
    pub(crate) place: String,
    pub(crate) review: String,
}

impl World {
    pub(crate) async fn new(api: &Api) -> World {
        let state = api.make("/states", json!({"name": "Utah"})).await;
        let cities = format!("/states/{state}/cities");
        let city = api.make(&cities, json!({"name": "Moab"})).await;
        let amenity = api.make("/amenities", json!({"name": "Wifi"})).await;
        let who = json!({"email": "a@b.c", "password": "pwd"});
        let user = api.make("/users", who).await;
        let what = json!({"user_id": user, "name": "Loft"});
        let place = api.make(&format!("/cities/{city}/places"), what).await;
        let said = json!({"user_id": user, "text": "Fine"});
        let review = api.make(&format!("/places/{place}/reviews"), said).await;
        let link = format!("/places/{place}/amenities/{amenity}");
        api.ask("POST", &link).await.is(201);
        World {
            state,
            city,
            amenity,
            user,
            place,
            review,
        }
    }

    /// The path with its `{state}`, `{city}` and so on filled in.
    pub(crate) fn path(&self, template: &str) -> String {
        template
            .replace("{state}", &self.state)
            .replace("{city}", &self.city)
            .replace("{amenity}", &self.amenity)
            .replace("{user}", &self.user)
            .replace("{place}", &self.place)
            .replace("{review}", &self.review)
    }
}

/// The path with unknown ids filled in.
pub(crate) fn nowhere(template: &str) -> String {
    let id = || Id::random().to_string();
    World {
        state: id(),
        city: id(),
        amenity: id(),
        user: id(),
        place: id(),
        review: id(),
    }
    .path(template)
}

/// Copies a row of the table under so many new ids.
pub(crate) async fn copies(api: &Api, table: &str, count: usize) {
    let columns = match table {
        "states" | "amenities" => "name",
        "cities" => "name, state_id",
        "users" => "email, password",
        "places" => "name, city_id, user_id",
        "reviews" => "text, place_id, user_id",
        _ => unreachable!("{table}"),
    };
    let ids: Vec<String> = (0..count).map(|_| Id::random().to_string()).collect();
    let ids = match api.store.pools() {
        Pools::Postgres(_) => format!("unnest('{{{}}}'::uuid[]) AS ids (value)", ids.join(",")),
        Pools::Sqlite { .. } => format!("json_each('{}') AS ids", json!(ids)),
    };
    let sql = format!(
        "INSERT INTO {table} (id, created_at, updated_at, {columns})
         SELECT ids.value, created_at, updated_at, {columns} FROM (SELECT * FROM {table} LIMIT 1) AS one CROSS JOIN {ids}"
    );
    api.sql(&sql).await;
}

/// Copies a row of each table under so many new ids.
pub(crate) async fn copies_of_all(api: &Api, count: usize) {
    // In the order in which rows refer to each other.
    for table in [
        "states",
        "cities",
        "amenities",
        "users",
        "places",
        "reviews",
    ] {
        copies(api, table, count).await;
    }
}

/// Gives every amenity to every place.
pub(crate) async fn link_all(api: &Api) {
    let sql = "INSERT INTO place_amenity SELECT places.id, amenities.id FROM places CROSS JOIN amenities WHERE true
               ON CONFLICT DO NOTHING";
    api.sql(sql).await;
}
