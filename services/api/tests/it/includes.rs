//! What `include` adds to objects.

use serde_json::{Value, json};

use crate::harness::{Api, at, each_engine};
use crate::pages::listing;
use crate::reply::Reply;
use crate::world::World;

pub(crate) const PLACES: &str = "include=amenities,city,review_count,state,user";
pub(crate) const PLACE_LISTS: [&str; 3] = [
    "/cities/{city}/places",
    "/users/{user}/places",
    "/places_search",
];

/// The answer at this path below `/api/v1`.
pub(crate) async fn ask(api: &Api, path: &str) -> Reply {
    api.send(listing(&at(path), &json!({}))).await.is(200)
}

/// The text of an object, without the line's end.
async fn text(api: &Api, path: &str) -> String {
    ask(api, path).await.text().trim_end().to_owned()
}

/// The object's text with another member before this one of its own.
fn with(object: &str, before: &str, name: &str, value: &str) -> String {
    let at = object.find(&format!("\"{before}\":")).unwrap();
    format!("{}\"{name}\":{value},{}", &object[..at], &object[at..])
}

/// What each path answers with, written by hand: members stay sorted by name.
#[tokio::test]
async fn texts() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let get = async |path: &str| text(&api, &world.path(path)).await;
        let [state, city, amenity] = [
            get("/states/{state}").await,
            get("/cities/{city}").await,
            get("/amenities/{amenity}").await,
        ];
        let [user, place, review] = [
            get("/users/{user}").await,
            get("/places/{place}").await,
            get("/reviews/{review}").await,
        ];
        // From the back: what is inserted has members of the same names.
        let mut whole = with(&place, "user_id", "user", &user);
        whole = with(&whole, "updated_at", "review_count", "1");
        whole = with(&whole, "updated_at", "state", &state);
        whole = with(&whole, "city_id", "amenities", &format!("[{amenity}]"));
        whole = with(&whole, "city_id", "city", &city);
        let with_cities = with(&state, "created_at", "cities", &format!("[{city}]"));
        let with_state = with(&city, "state_id", "state", &state);
        let with_user = with(&review, "user_id", "user", &user);
        let with_both = with(&with_user, "place_id", "place", &place);
        for (path, include, wanted) in [
            ("/places/{place}", PLACES, &whole),
            ("/states/{state}", "include=cities", &with_cities),
            ("/cities/{city}", "include=state", &with_state),
            ("/reviews/{review}", "include=place,user", &with_both),
        ] {
            assert_eq!(&get(&format!("{path}?{include}")).await, wanted, "{path}");
        }
        for (path, include, wanted) in [
            (PLACE_LISTS[0], PLACES, &whole),
            (PLACE_LISTS[1], PLACES, &whole),
            (PLACE_LISTS[2], PLACES, &whole),
            ("/states", "include=cities", &with_cities),
            ("/states/{state}/cities", "include=state", &with_state),
            ("/places/{place}/reviews", "include=place,user", &with_both),
        ] {
            assert_eq!(
                get(&format!("{path}?{include}")).await,
                format!("[{wanted}]"),
                "{path}"
            );
        }
        let only = with(&place, "user_id", "user", &user);
        assert_eq!(get("/places/{place}?include=user").await, only);
    })
    .await;
}

/// A place of each world, some amenities and reviews; what the single routes tell of a place.
async fn told_one_by_one(api: &Api, place: &Value) -> Value {
    let part =
        async |path: &str, id: &Value| ask(api, &path.replace("ID", id.as_str().unwrap())).await;
    let city = part("/cities/ID", &place["city_id"]).await.json();
    let mut whole = place.clone();
    whole["amenities"] = json!(
        part("/places/ID/amenities?sort=name", &place["id"])
            .await
            .list()
    );
    whole["review_count"] = json!(part("/places/ID/reviews", &place["id"]).await.list().len());
    whole["state"] = part("/states/ID", &city["state_id"]).await.json();
    whole["user"] = part("/users/ID", &place["user_id"]).await.json();
    whole["city"] = city;
    whole
}

#[tokio::test]
async fn every_row_has_its_own() {
    each_engine(|api| async move {
        let (world, _other) = (World::new(&api).await, World::new(&api).await);
        for name in ["b", "B", "\u{e9}", "b"] {
            let amenity = api.make("/amenities", json!({"name": name})).await;
            let link = world.path("/places/{place}/amenities/") + amenity.as_str();
            api.ask("POST", &link).await.is(201);
        }
        let bare = json!({"user_id": world.user, "name": "Bare"});
        api.make(&world.path("/cities/{city}/places"), bare).await;
        let said = json!({"user_id": world.user, "text": "Again"});
        api.make(&world.path("/places/{place}/reviews"), said).await;
        let places = ask(&api, &format!("/places_search?{PLACES}")).await.list();
        let plain = ask(&api, "/places_search").await.list();
        assert_eq!(places.len(), 3);
        for (place, plain) in places.iter().zip(&plain) {
            assert_eq!(place, &told_one_by_one(&api, plain).await);
        }
        let empty = json!({"name": "Empty"});
        api.make("/states", empty).await;
        for name in ["b", "B", "a"] {
            api.make(&world.path("/states/{state}/cities"), json!({"name": name}))
                .await;
        }
        for state in ask(&api, "/states?include=cities").await.list() {
            let path = format!("/states/{}/cities?sort=name", state["id"].as_str().unwrap());
            assert_eq!(state["cities"], json!(ask(&api, &path).await.list()));
        }
    })
    .await;
}

#[tokio::test]
async fn order_and_repetition() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let path = world.path("/places/{place}");
        let wanted = text(&api, &format!("{path}?include=city,user")).await;
        for same in [
            "include=user,city",
            "include=city,user,city",
            "include=user&include=city",
            "include=&include=user%2Ccity",
        ] {
            assert_eq!(
                text(&api, &format!("{path}?{same}")).await,
                wanted,
                "{same}"
            );
        }
        let plain = text(&api, &path).await;
        assert_eq!(text(&api, &format!("{path}?include=")).await, plain);
        for body in [json!({"name": "Loft"}), json!({})] {
            let changed = api.put(&format!("{path}?include=user"), body).await.is(200);
            assert_eq!(
                changed.json().as_object().unwrap().len(),
                14,
                "only what is read"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_names() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, names) in [
            (
                "/places/{place}",
                "amenities, city, review_count, state, user",
            ),
            (
                "/cities/{city}/places",
                "amenities, city, review_count, state, user",
            ),
            (
                "/users/{user}/places",
                "amenities, city, review_count, state, user",
            ),
            (
                "/places_search",
                "amenities, city, review_count, state, user",
            ),
            ("/states", "cities"),
            ("/states/{state}", "cities"),
            ("/cities/{city}", "state"),
            ("/states/{state}/cities", "state"),
            ("/reviews/{review}", "place, user"),
            ("/places/{place}/reviews", "place, user"),
        ] {
            let known = names.split(", ").next().unwrap();
            for wrong in [
                "x",
                "User",
                "password",
                "%20user",
                "*",
                ",",
                &format!("{known},"),
                &format!("{known},x"),
                "%00",
            ] {
                let target = format!("{}?include={wrong}", at(&world.path(path)));
                let reply = api.send(listing(&target, &json!({}))).await;
                reply.refused(400, &format!("include may name only {names}"));
            }
        }
        for path in [
            "/amenities",
            "/users",
            "/users/{user}",
            "/places/{place}/amenities",
            "/stats",
        ] {
            let path = world.path(path);
            assert_eq!(
                text(&api, &format!("{path}?include=x")).await,
                text(&api, &path).await
            );
        }
    })
    .await;
}
