//! The search compared with a naive one in memory.

use domain::place::NewPlace;
use domain::testing::execute;
use domain::{Amenity, City, Id, Place, State, Store};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::harness::{Api, each_engine};
use crate::pages::walk;
use crate::reply::ids;

/// States and amenities there are; one more stands for an unknown one.
const STATES: usize = 3;
const AMENITIES: usize = 3;
const NAMES: [&str; 3] = ["loft", "Loft", "\u{e9}tage"];

/// Cities by their state; places by their city, with the amenities they have.
#[derive(Clone, Debug)]
struct Plan {
    cities: Vec<usize>,
    places: Vec<(usize, Vec<bool>)>,
}

#[derive(Clone, Debug)]
struct Search {
    states: Vec<usize>,
    cities: Vec<usize>,
    amenities: Vec<usize>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let cities = vec(0..STATES, 1..6);
    cities.prop_flat_map(|cities| {
        let place = (0..cities.len(), vec(any::<bool>(), AMENITIES));
        vec(place, 0..12).prop_map(move |places| Plan {
            cities: cities.clone(),
            places,
        })
    })
}

fn search() -> impl Strategy<Value = Search> {
    (
        vec(0..=STATES, 0..3),
        vec(0..=5_usize, 0..3),
        vec(0..=AMENITIES, 0..4),
    )
        .prop_map(|(states, cities, amenities)| Search {
            states,
            cities,
            amenities,
        })
}

impl Plan {
    fn matches(&self, (city, has): &(usize, Vec<bool>), search: &Search) -> bool {
        let anywhere = search.states.is_empty() && search.cities.is_empty();
        let here = search.cities.contains(city) || search.states.contains(&self.cities[*city]);
        let rich = search.amenities.iter().all(|a| has.get(*a) == Some(&true));
        (anywhere || here) && rich
    }
}

/// The ids of what the plan became.
struct Built {
    states: Vec<Id>,
    cities: Vec<Id>,
    amenities: Vec<Id>,
    places: Vec<Id>,
}

async fn build(store: &Store, plan: &Plan, user: Id) -> Built {
    execute(store, "DELETE FROM states").await;
    execute(store, "DELETE FROM amenities").await;
    let (mut states, mut cities, mut amenities, mut places) = (vec![], vec![], vec![], vec![]);
    for _ in 0..STATES {
        states.push(State::create(store, "S".into()).await.unwrap().id);
    }
    for _ in 0..AMENITIES {
        amenities.push(Amenity::create(store, "A".into()).await.unwrap().id);
    }
    for state in &plan.cities {
        let city = City::create(store, states[*state], "C".into()).await;
        cities.push(city.unwrap().id);
    }
    for (city, has) in &plan.places {
        // Names that come again and again, capitals among them.
        let new = loft(NAMES[places.len() % NAMES.len()]);
        let place = Place::create(store, cities[*city], user, new).await;
        let place = place.unwrap().id;
        for (amenity, _) in amenities.iter().zip(has).filter(|(_, has)| **has) {
            Place::link(store, place, *amenity).await.unwrap();
        }
        places.push(place);
    }
    Built {
        states,
        cities,
        amenities,
        places,
    }
}

fn loft(name: &str) -> NewPlace {
    NewPlace {
        name: name.into(),
        description: None,
        number_rooms: 0,
        number_bathrooms: 0,
        max_guest: 0,
        price_by_night: 0,
        latitude: None,
        longitude: None,
        amenities: Vec::new(),
    }
}

/// The search's body: a number beyond what there is becomes an unknown id.
fn body(built: &Built, search: &Search) -> Value {
    let name = |ids: &[Id], wanted: &[usize]| -> Vec<String> {
        let one = |at: &usize| ids.get(*at).copied().unwrap_or_else(Id::random);
        wanted.iter().map(|at| one(at).to_string()).collect()
    };
    json!({
        "states": name(&built.states, &search.states),
        "cities": name(&built.cities, &search.cities),
        "amenities": name(&built.amenities, &search.amenities),
    })
}

async fn compare(api: &Api, user: Id, plan: &Plan, searches: &[Search]) {
    let built = build(&api.store, plan, user).await;
    for search in searches {
        let matching = plan.places.iter().zip(&built.places);
        let matching = matching.filter(|(place, _)| plan.matches(place, search));
        let mut expected: Vec<String> = matching.map(|(_, id)| id.to_string()).collect();
        expected.sort();
        let body = body(&built, search);
        let whole = api.post("/places_search", body.clone()).await.is(200);
        assert_eq!(ids(&whole.list()), expected, "{search:?}");
        let pages = walk(api, "/places_search?limit=2", &body).await;
        assert_eq!(ids(&pages.concat()), expected, "{search:?} by pages");
        let mut named = whole.list();
        named.sort_by_key(|place| place["name"].as_str().map(str::to_owned));
        let pages = walk(api, "/places_search?sort=name&limit=2", &body).await;
        assert_eq!(pages.concat(), named, "{search:?} by name");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_search() {
    each_engine(|api| async move {
        let user = api
            .make("/users", json!({"email": "a", "password": "b"}))
            .await;
        let user: Id = user.parse().unwrap();
        let mut runner = TestRunner::new(Config {
            cases: 24,
            failure_persistence: None,
            ..Config::default()
        });
        let told = runner.run(&(plan(), vec(search(), 4)), |(plan, searches)| {
            block_in_place(|| Handle::current().block_on(compare(&api, user, &plan, &searches)));
            Ok(())
        });
        told.unwrap();
    })
    .await;
}
