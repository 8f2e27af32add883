//! The demo: the same rows whatever the way to them, and away without harm to others.

use std::collections::BTreeSet;

use domain::place::NewPlace;
use domain::testing::execute;
use domain::user::NewUser;
use domain::{Amenity, City, Counts, Id, Place, Review, Stats, Store, User, demo};
use serde_json::Value;

use crate::each_engine;
use crate::export::dump;

const DEMO: &str = "0de30de3-0de3-4de3-";

async fn fill(store: &Store, places: u32) -> Counts {
    demo::fill(store, places, &mut |_, _| {}).await.unwrap()
}

async fn remove(store: &Store) -> demo::Removed {
    demo::remove(store, &mut |_, _| {}).await.unwrap()
}

#[tokio::test]
async fn small() {
    each_engine(|store| async move {
        let mut heard = Vec::new();
        let mut hear = |done, total| heard.push((done, total));
        let added = demo::fill(&store, demo::SMALL, &mut hear).await.unwrap();
        assert_eq!(heard, [(0, 150), (150, 150)]);
        assert_eq!(
            (added.states, added.cities, added.amenities, added.users),
            (10, 38, 14, 50)
        );
        assert_eq!(added.places, 150);
        assert!((280..420).contains(&added.reviews), "{added}");
        assert_eq!(fill(&store, demo::SMALL).await, Counts::default());
        assert_eq!(fill(&store, 3).await, Counts::default());
    })
    .await;
}

#[tokio::test]
async fn nothing_is_asked_for() {
    each_engine(|store| async move {
        assert_eq!(fill(&store, 0).await.to_string(), "no rows");
        assert_eq!(remove(&store).await.to_string(), "no rows removed");
    })
    .await;
}

#[tokio::test]
async fn in_steps_or_at_once() {
    each_engine(|store| async move {
        let first = fill(&store, 40).await;
        let rest = fill(&store, 1_100).await;
        let in_steps = dump(&store).await;
        let mut heard = Vec::new();
        let mut hear = |done, total| heard.push((done, total));
        let removed = demo::remove(&store, &mut hear).await.unwrap();
        assert_eq!(removed.removed.places, 1_100);
        assert_eq!(removed.removed.total(), first.total() + rest.total());
        assert_eq!(removed.kept, Counts::default());
        let rows = removed.removed.total() - removed.removed.links;
        assert_eq!(heard.last(), Some(&(rows, rows)));
        assert!(Stats::count(&store).await.unwrap().is_empty());

        assert_eq!(fill(&store, 1_100).await.total(), removed.removed.total());
        assert_eq!(dump(&store).await, in_steps);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_comes_back() {
    each_engine(|store| async move {
        fill(&store, 50).await;
        let before = dump(&store).await;
        let city = id(&first(&before, "Place", |_| true), "city_id");
        City::delete(&store, city).await.unwrap();
        assert_ne!(dump(&store).await, before);
        let again = fill(&store, 50).await;
        assert_eq!(again.cities, 1);
        assert_eq!(dump(&store).await, before);
    })
    .await;
}

#[tokio::test]
async fn nobody_can_log_in() {
    each_engine(|store| async move {
        fill(&store, 20).await;
        execute(&store, "DELETE FROM users WHERE password = '!'").await;
        assert_eq!(Stats::count(&store).await.unwrap().users, 0);
    })
    .await;
}

async fn own_user(store: &Store) -> Id {
    let new = NewUser {
        email: "me@example.com".into(),
        password: "secret".into(),
        first_name: None,
        last_name: None,
    };
    User::create(store, new).await.unwrap().id
}

async fn own_place(store: &Store, city: Id, user: Id) -> Id {
    let new = NewPlace {
        name: "Mine".into(),
        description: None,
        number_rooms: 0,
        number_bathrooms: 0,
        max_guest: 0,
        price_by_night: 0,
        latitude: None,
        longitude: None,
        amenities: Vec::new(),
    };
    Place::create(store, city, user, new).await.unwrap().id
}

/// The keys of the demo rows that are there.
fn demo_keys(dump: &Value) -> BTreeSet<String> {
    dump.as_object()
        .unwrap()
        .keys()
        .filter(|key| key.contains(DEMO))
        .cloned()
        .collect()
}

/// The first demo row of a class for which the question is answered with yes.
fn first(dump: &Value, class: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let mut rows = dump.as_object().unwrap().values();
    rows.find(|row| row["__class__"] == class && is_right(row))
        .unwrap()
        .clone()
}

fn id(row: &Value, member: &str) -> Id {
    row[member].as_str().unwrap().parse().unwrap()
}

/// Own rows that refer to demo rows in every way there is.
struct Own {
    user: Id,
    /// In a demo city, with a demo amenity.
    place: Id,
    /// In a demo state, without places.
    city: Id,
    /// A place of the demo has it.
    amenity: Id,
    /// Of a demo place.
    review: Id,
}

async fn own_rows(store: &Store, city: &Value, amenity: Id, place: Id, state: Id) -> Own {
    let user = own_user(store).await;
    let own = own_place(store, id(city, "id"), user).await;
    Place::link(store, own, amenity).await.unwrap();
    let own_amenity = Amenity::create(store, "Mine".into()).await.unwrap().id;
    Place::link(store, place, own_amenity).await.unwrap();
    let own_city = City::create(store, state, "Mine".into()).await.unwrap();
    let review = Review::create(store, place, user, "Nice".into())
        .await
        .unwrap();
    Own {
        user,
        place: own,
        city: own_city.id,
        amenity: own_amenity,
        review: review.id,
    }
}

#[tokio::test]
async fn own_rows_stay_with_what_they_need() {
    each_engine(|store| async move {
        fill(&store, 60).await;
        let before = dump(&store).await;
        let city = first(&before, "City", |_| true);
        let amenity = id(&first(&before, "Amenity", |_| true), "id");
        let place = first(&before, "Place", |place| place["city_id"] != city["id"]);
        let place_city = first(&before, "City", |city| city["id"] == place["city_id"]);
        let state = first(&before, "State", |state| {
            state["id"] != city["state_id"] && state["id"] != place_city["state_id"]
        });
        let (place_id, state_id) = (id(&place, "id"), id(&state, "id"));
        let own = own_rows(&store, &city, amenity, place_id, state_id).await;

        let outcome = remove(&store).await;
        let after = dump(&store).await;
        let expected = [
            format!("State.{}", city["state_id"].as_str().unwrap()),
            format!("State.{}", place_city["state_id"].as_str().unwrap()),
            format!("State.{state_id}"),
            format!("City.{}", city["id"].as_str().unwrap()),
            format!("City.{}", place_city["id"].as_str().unwrap()),
            format!("Amenity.{amenity}"),
            format!("User.{}", place["user_id"].as_str().unwrap()),
            format!("Place.{place_id}"),
        ];
        let expected = BTreeSet::from(expected);
        assert_eq!(demo_keys(&after), expected);
        assert_eq!(outcome.kept.total(), expected.len() as u64);
        assert!(outcome.to_string().contains(" kept, which other rows need"));
        assert!(User::find(&store, own.user).await.unwrap().is_some());
        assert!(Place::find(&store, own.place).await.unwrap().is_some());
        assert!(City::find(&store, own.city).await.unwrap().is_some());
        assert!(Amenity::find(&store, own.amenity).await.unwrap().is_some());
        assert!(Review::find(&store, own.review).await.unwrap().is_some());
        let links = |place: Id| after[format!("Place.{place}")]["amenity_ids"].clone();
        assert_eq!(links(own.place), serde_json::json!([amenity]));
        let of_kept = links(place_id);
        let of_kept = of_kept.as_array().unwrap();
        let own_amenity = own.amenity.to_string();
        assert!(of_kept.iter().any(|id| *id == own_amenity), "{of_kept:?}");

        City::delete(&store, own.city).await.unwrap();
        User::delete(&store, own.user).await.unwrap();
        remove(&store).await;
        assert!(demo_keys(&dump(&store).await).is_empty());
    })
    .await;
}

#[tokio::test]
async fn own_rows_of_demo_users_stay() {
    each_engine(|store| async move {
        fill(&store, 30).await;
        let before = dump(&store).await;
        let mut owners = before.as_object().unwrap().values();
        let mut next = || id(owners.find(|row| row["__class__"] == "User").unwrap(), "id");
        let (owner, guest) = (next(), next());
        let state = domain::State::create(&store, "Mine".into()).await.unwrap();
        let city = City::create(&store, state.id, "Mine".into()).await.unwrap();
        let place = own_place(&store, city.id, owner).await;
        Review::create(&store, place, guest, "Nice".into())
            .await
            .unwrap();
        let outcome = remove(&store).await;
        assert_eq!(outcome.kept.users, 2);
        assert_eq!(outcome.kept.total(), 2);
        let stats = Stats::count(&store).await.unwrap();
        assert_eq!((stats.places, stats.reviews, stats.users), (1, 1, 2));
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_is_offered_the_demo_once() {
    each_engine(|store| async move {
        let offered = demo::offer(&store).await.unwrap();
        assert_eq!(offered.map(|added| added.places), Some(150));
        assert_eq!(demo::offer(&store).await.unwrap(), None);
        remove(&store).await;
        assert!(Stats::count(&store).await.unwrap().is_empty());
        assert_eq!(demo::offer(&store).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn of_several_that_start_at_once_one_puts_the_demo_in() {
    each_engine(|store| async move {
        let offers = [(); 4].map(|()| {
            let store = store.clone();
            tokio::spawn(async move { demo::offer(&store).await.unwrap() })
        });
        let mut added = Vec::new();
        for offer in offers {
            added.extend(offer.await.unwrap());
        }
        let places: Vec<u64> = added.iter().map(|added| added.places).collect();
        assert_eq!(places, [150]);
        assert_eq!(Stats::count(&store).await.unwrap().places, 150);
    })
    .await;
}
