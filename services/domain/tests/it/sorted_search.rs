//! Searches by name: some are answered by a walk through all places and some by a sort of few, and none shows which.

use std::collections::{HashMap, HashSet};

use domain::{Amenity, City, Id, Order, Page, Place, PlaceSearch, State, Store, demo};
use prometheus::Registry;

use crate::each_engine;
use crate::measures::value;

const PLACES: u32 = 2_600;

/// All that a search finds, by pages in this order.
async fn found(store: &Store, search: PlaceSearch, mut order: Order) -> Vec<Place> {
    let mut all = Vec::new();
    loop {
        let page = Page {
            order: order.clone(),
            limit: 190,
        };
        let places = search.run(store, &page).await.unwrap();
        let Some(last) = places.last() else {
            return all;
        };
        order = match order {
            Order::Name(_) => Order::Name(Some((last.name.clone(), last.id))),
            _ => Order::Id(Some(last.id)),
        };
        all.extend(places);
    }
}

fn texts(ids: &[Id]) -> Vec<String> {
    ids.iter().map(Id::to_string).collect()
}

async fn cities_of(store: &Store, states: &[Id]) -> HashSet<Id> {
    let cities = City::of_states(store, states, None).await.unwrap();
    let cities = cities.whole(states).flat_map(|(_, cities)| cities);
    cities.map(|city| city.id).collect()
}

#[tokio::test]
async fn many_places_and_few_come_in_the_same_order() {
    each_engine(|store| async move {
        demo::fill(&store, PLACES, &mut |_, _| {}).await.unwrap();
        let page = Page::first(1_000);
        let states: Vec<Id> = State::list(&store, &page)
            .await
            .unwrap()
            .iter()
            .map(|state| state.id)
            .collect();
        let amenity = Amenity::list(&store, &page).await.unwrap()[0].id;
        let everywhere = PlaceSearch::new(&[], &[], &[]);
        let mut all = found(&store, everywhere, Order::Id(None)).await;
        assert_eq!(all.len(), PLACES as usize);
        all.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let ids: Vec<Id> = all.iter().map(|place| place.id).collect();
        let has = Amenity::of_places(&store, &ids, None).await.unwrap();
        let has: HashMap<Id, Vec<Amenity>> = has.whole(&ids).collect();
        let has = |place: &Place| {
            has.get(&place.id)
                .is_some_and(|all| all.iter().any(|one| one.id == amenity))
        };
        // All states hold more than are sorted, one holds less.
        for states in [&states[..], &states[..1], &[]] {
            let cities = cities_of(&store, states).await;
            let here = |place: &Place| states.is_empty() || cities.contains(&place.city_id);
            for amenities in [&[][..], &[amenity][..]] {
                let search = PlaceSearch::new(&texts(states), &[], &texts(amenities));
                let wanted: Vec<&Place> = all
                    .iter()
                    .filter(|place| here(place) && (amenities.is_empty() || has(place)))
                    .collect();
                assert!(!wanted.is_empty());
                let places = found(&store, search, Order::Name(None)).await;
                assert_eq!(
                    places.iter().collect::<Vec<_>>(),
                    wanted,
                    "{states:?} {amenities:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_scope_is_looked_at_once_for_all_pages() {
    each_engine(|store| async move {
        demo::fill(&store, 500, &mut |_, _| {}).await.unwrap();
        let registry = Registry::new();
        store.meter().register(&registry).unwrap();
        let looks = r#"db_query_duration_seconds_count{query="place.search_scope"}"#;
        let state = State::list(&store, &Page::first(1)).await.unwrap()[0].id;
        let search = PlaceSearch::new(&texts(&[state]), &[], &[]);
        found(&store, search.clone(), Order::Id(None)).await;
        assert_eq!(value(&registry, looks), None);
        found(&store, search, Order::Name(None)).await;
        assert_eq!(value(&registry, looks), Some(1.0));
    })
    .await;
}
