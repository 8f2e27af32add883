//! Lists of objects with what `include` adds: by pages and slices, by how many queries, and while rows go.

use std::collections::BTreeMap;

use domain::Pools;
use prometheus::{Registry, TextEncoder};
use serde_json::json;

use crate::harness::each_engine;
use crate::includes::{PLACE_LISTS, PLACES, ask};
use crate::pages::walk;
use crate::reply::ids;
use crate::world::{World, copies, copies_of_all, link_all};

#[tokio::test]
async fn pages_and_slices() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies(&api, "places", 599).await;
        api.sql("UPDATE places SET name = substr(CAST(id AS text), 1, 2)")
            .await;
        copies(&api, "amenities", 2).await;
        link_all(&api).await;
        for path in PLACE_LISTS {
            let path = format!("{}?sort=name&{PLACES}", world.path(path));
            let whole = ask(&api, &path).await.list();
            assert_eq!(whole.len(), 600);
            assert!(
                whole
                    .iter()
                    .all(|place| place["amenities"].as_array().unwrap().len() == 3)
            );
            assert!(whole.iter().all(|place| place["user"]["id"] == world.user));
            assert!(whole.is_sorted_by_key(|place| place["name"].as_str()));
            let pages = walk(&api, &format!("{path}&limit=250"), &json!({})).await;
            assert_eq!(pages.concat(), whole, "{path}");
        }
    })
    .await;
}

/// An object whose part has gone, as it is for a moment between two queries when both are deleted.
#[tokio::test]
async fn gone_meanwhile() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies(&api, "places", 299).await;
        let keys: &[&str] = match api.store.pools() {
            Pools::Postgres(_) => &[
                "ALTER TABLE places DROP CONSTRAINT places_user_id_fkey",
                "ALTER TABLE reviews DROP CONSTRAINT reviews_user_id_fkey",
            ],
            Pools::Sqlite { .. } => &["PRAGMA foreign_keys = OFF"],
        };
        for sql in keys {
            api.sql(sql).await;
        }
        let who = json!({"email": "x", "password": "pwd"});
        let other = api.make("/users", who).await;
        let kept = &world.place;
        api.sql(&format!(
            "UPDATE places SET user_id = '{other}' WHERE id <> '{kept}'"
        ))
        .await;
        api.sql(&format!("DELETE FROM users WHERE id = '{other}'"))
            .await;
        let path = "/places_search?include=user,city";
        assert_eq!(ids(&ask(&api, path).await.list()), [kept.as_str()]);
        let pages = walk(&api, &format!("{path}&limit=100"), &json!({})).await;
        assert_eq!((pages.len(), ids(&pages.concat())), (3, vec![kept.clone()]));
        assert_eq!(
            ask(&api, "/places_search?include=city").await.list().len(),
            300
        );
        api.sql(&format!("DELETE FROM places WHERE id = '{kept}'"))
            .await;
        assert_eq!(ask(&api, path).await.text(), "[]\n");
        let orphan = ids(&ask(&api, "/places_search").await.list()).remove(0);
        let orphan = format!("/places/{orphan}");
        api.get(&orphan).await.is(200);
        api.get(&format!("{orphan}?include=user"))
            .await
            .refused(404, "Not found");
    })
    .await;
}

/// How often each query has run.
fn queries(registry: &Registry) -> BTreeMap<String, f64> {
    let text = TextEncoder::new()
        .encode_to_string(&registry.gather())
        .unwrap();
    let counts = text
        .lines()
        .filter_map(|line| line.strip_prefix("db_query_duration_seconds_count{query=\""));
    let pairs = counts.map(|line| line.split_once("\"} ").unwrap());
    pairs
        .map(|(name, count)| (name.to_owned(), count.parse().unwrap()))
        .collect()
}

/// Reads of many objects, or of one, and what each asks the database.
const READS: [(&str, &str); 8] = [
    (
        "/places_search?sort=name&limit=100&PARTS",
        "place.search PARTS",
    ),
    ("/places_search?limit=100&PARTS", "place.search PARTS"),
    (
        "/cities/{city}/places?limit=100&PARTS",
        "city.find place.list_of_city PARTS",
    ),
    (
        "/users/{user}/places?limit=100&PARTS",
        "user.find place.list_of_user PARTS",
    ),
    ("/places/{place}?PARTS", "place.find PARTS"),
    (
        "/states?sort=name&limit=100&include=cities",
        "state.list city.of_states",
    ),
    (
        "/states/{state}/cities?limit=100&include=state",
        "state.find city.list_of_state state.of_cities",
    ),
    (
        "/places/{place}/reviews?sort=newest&limit=100&include=place,user",
        "place.find review.list_of_place place.find_all user.find_all",
    ),
];
const PARTS: &str =
    "amenity.of_places city.find_all review.count_by_place state.of_cities user.find_all";

#[tokio::test]
async fn as_many_queries_for_many_rows() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let registry = Registry::new();
        api.store.meter().register(&registry).unwrap();
        for rows in [1, 100] {
            for (path, wanted) in READS {
                let before = queries(&registry);
                let path = world.path(&path.replace("PARTS", PLACES));
                let reply = ask(&api, &path).await;
                let found = reply.json().as_array().map_or(rows, Vec::len);
                assert_eq!(found, rows, "{path}");
                let mut ran = queries(&registry);
                for (name, count) in before {
                    *ran.entry(name).or_default() -= count;
                }
                ran.retain(|_, count| *count > 0.0);
                let wanted = wanted.replace("PARTS", PARTS);
                let wanted = wanted.split(' ').map(|name| (name.to_owned(), 1.0));
                assert_eq!(ran, wanted.collect(), "{path}");
            }
            copies_of_all(&api, 150).await;
            link_all(&api).await;
        }
    })
    .await;
}

/// Lists come whole or not at all, and no more is read than was asked for.
#[tokio::test]
async fn a_limit_for_lists() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies(&api, "states", 3).await;
        copies(&api, "amenities", 2).await;
        link_all(&api).await;
        let states = ids(&api.get("/states").await.is(200).list());
        for (state, cities) in states.iter().zip([2, 3, 0, 1]) {
            let there = usize::from(*state == world.state);
            for _ in there..cities {
                let path = format!("/states/{state}/cities");
                api.make(&path, json!({"name": "Moab"})).await;
            }
        }
        let lengths = async |query: &str| {
            let states = api.get(&format!("/states?{query}")).await.is(200).list();
            let length = |state: &serde_json::Value| Some(state.get("cities")?.as_array()?.len());
            states.iter().map(length).collect::<Vec<_>>()
        };
        let whole = lengths("include=cities").await;
        let total: usize = whole.iter().flatten().sum();
        for most in 1..=total {
            let mut left = Some(most);
            let fits = whole.iter().map(|length| {
                left = left?.checked_sub(length.unwrap());
                left.and(*length)
            });
            let wanted: Vec<_> = fits.collect();
            let query = format!("include=cities&include_limit={most}");
            assert_eq!(lengths(&query).await, wanted, "{most}");
        }
        let path = "/states?include=cities&include_limit=2&limit=1";
        let pages = walk(&api, path, &json!({})).await;
        assert_eq!(pages.len(), 4);
        let place = world.path("/places/{place}?include=amenities,user&include_limit=");
        let shown = async |most: u32| api.get(&format!("{place}{most}")).await.is(200).json();
        assert_eq!(shown(3).await["amenities"].as_array().unwrap().len(), 3);
        let without = shown(2).await;
        assert!(without.get("amenities").is_none() && without["user"]["id"] == world.user);
        for wrong in ["0", "10001", "x", ""] {
            let told = "include_limit must be a whole number from 1 to 10000";
            api.get(&format!("/states?include_limit={wrong}"))
                .await
                .refused(400, told);
        }
    })
    .await;
}
