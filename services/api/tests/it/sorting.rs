//! Lists by name, and reviews by their time.

use serde_json::{Value, json};

use crate::harness::{Api, at, each_engine};
use crate::pages::{LISTS, listing, next, walk};
use crate::reply::{ids, time};
use crate::world::{World, copies, copies_of_all, link_all};

/// In no order, and two of them alike.
const NAMES: [&str; 13] = [
    "b",
    "B",
    "a",
    "",
    "Zoë",
    "e\u{301}t\u{e9}",
    "\u{e9}",
    "\u{1f3e1}",
    "\u{ffff}",
    "a",
    "a&b=c, d+%41 \"#?",
    "\u{202e}\u{5d0}\n",
    "a.b",
];

/// The lists that may be sorted by name, each with the table of its rows.
pub(crate) fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    let unnamed = ["users", "reviews"];
    LISTS
        .into_iter()
        .filter(move |(_, table)| !unnamed.contains(table))
}

/// Gives the names of [`NAMES`] to all rows that have one, again and again.
async fn name_all(api: &Api) {
    for (path, table) in [
        ("/states", "states"),
        ("/amenities", "amenities"),
        ("/places_search", "places"),
    ] {
        rename(api, path, table).await;
    }
    for state in ids(&api.get("/states").await.is(200).list()) {
        rename(api, &format!("/states/{state}/cities"), "cities").await;
    }
}

async fn rename(api: &Api, path: &str, table: &str) {
    let rows = ids(&whole(api, path).await);
    for (id, name) in rows.iter().zip(NAMES.into_iter().cycle()) {
        let path = format!("/{table}/{id}");
        api.put(&path, json!({"name": name})).await.is(200);
    }
}

async fn whole(api: &Api, path: &str) -> Vec<Value> {
    api.send(listing(&at(path), &json!({})))
        .await
        .is(200)
        .list()
}

/// The rows by name, byte by byte, and then by id.
fn by_name(mut rows: Vec<Value>) -> Vec<Value> {
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    rows.sort_by_key(|row| (text(row, "name"), text(row, "id")));
    rows
}

#[tokio::test]
async fn names() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies_of_all(&api, 25).await;
        link_all(&api).await;
        name_all(&api).await;
        for (path, _) in named() {
            let path = world.path(path);
            let plain = whole(&api, &path).await;
            assert_eq!(plain.len(), 26, "{path}");
            assert_eq!(whole(&api, &format!("{path}?sort=id")).await, plain);
            let sorted = whole(&api, &format!("{path}?sort=name")).await;
            assert_ne!(sorted, plain, "{path}");
            assert_eq!(sorted, by_name(plain), "{path}");
            for limit in [1, 5, 25, 26, 1000] {
                let pages =
                    walk(&api, &format!("{path}?limit={limit}&sort=name"), &json!({})).await;
                assert_eq!(pages.concat(), sorted, "{path} by {limit}");
                assert_eq!(
                    pages.len(),
                    sorted.len().div_ceil(limit),
                    "{path} by {limit}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn newest() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        // As old as the first one, to the microsecond.
        copies(&api, "reviews", 9).await;
        let path = world.path("/places/{place}/reviews");
        for _ in 0..10 {
            let said = json!({"user_id": world.user, "text": "Fine"});
            api.make(&path, said).await;
        }
        let plain = whole(&api, &path).await;
        let sorted = whole(&api, &format!("{path}?sort=newest")).await;
        let mut wanted = plain.clone();
        wanted.sort_by_key(|review| std::cmp::Reverse(time(&review["created_at"])));
        assert_eq!(sorted, wanted);
        assert_eq!(whole(&api, &format!("{path}?sort=id")).await, plain);
        for limit in [1, 3, 19, 20] {
            let pages = walk(
                &api,
                &format!("{path}?sort=newest&limit={limit}"),
                &json!({}),
            )
            .await;
            assert_eq!(pages.concat(), sorted, "by {limit}");
        }
    })
    .await;
}

/// Many slices, and names that go on over the ends of slices.
#[tokio::test]
async fn long_lists() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies_of_all(&api, 1300).await;
        for table in ["states", "cities", "amenities", "places"] {
            let name = "substr(CAST(id AS text), 1, 2)";
            api.sql(&format!("UPDATE {table} SET name = {name}")).await;
        }
        let some = format!("INSERT INTO place_amenity SELECT '{}', id FROM amenities WHERE true ON CONFLICT DO NOTHING", world.place);
        api.sql(&some).await;
        for (path, _) in named() {
            let path = world.path(path);
            let sorted = whole(&api, &format!("{path}?sort=name")).await;
            assert_eq!(sorted.len(), 1301, "{path}");
            assert_eq!(sorted, by_name(whole(&api, &path).await), "{path}");
        }
        let path = world.path("/places/{place}/reviews");
        let same = whole(&api, &format!("{path}?sort=newest")).await;
        assert_eq!(same, whole(&api, &path).await, "all as old as each other");
    })
    .await;
}

/// Whoever is there from the first page to the last comes once, whatever comes and goes meanwhile.
#[tokio::test]
async fn changing_list() {
    each_engine(|api| async move {
        for name in NAMES {
            api.make("/states", json!({"name": name})).await;
        }
        let start = ids(&api.get("/states").await.is(200).list());
        let (mut seen, mut gone) = (Vec::new(), Vec::new());
        let mut target = Some(at("/states?limit=3&sort=name"));
        while let Some(path) = target {
            let page = api.send(listing(&path, &json!({}))).await.is(200);
            target = next(&page);
            seen.extend(page.list());
            // The row that the cursor names goes; others come before and behind it.
            let last = seen.last().unwrap();
            let (id, name) = (last["id"].as_str().unwrap(), last["name"].as_str().unwrap());
            api.delete(&format!("/states/{id}")).await.is(200);
            gone.push(id.to_owned());
            for name in ["", name, "zz"] {
                api.make("/states", json!({"name": name})).await;
            }
            assert!(seen.len() < 50, "the list never ends");
        }
        assert_eq!(seen, by_name(seen.clone()));
        let seen = ids(&seen);
        for id in start.iter().filter(|id| !gone.contains(id)) {
            let times = seen.iter().filter(|one| *one == id).count();
            assert_eq!(times, 1, "{id}");
        }
    })
    .await;
}
