//! All pages that the site itself has, one of each kind.

use rig::Browser;
use serde_json::{Value, json};

use super::site::Site;

/// A page, by a name and its path.
pub(super) type Page = (&'static str, String);

/// Those of the originals that have filters.
pub(super) const WITH_FILTERS: [&str; 9] = [
    "/hbnb_filters",
    "/hbnb",
    "/0-hbnb",
    "/1-hbnb",
    "/2-hbnb",
    "/3-hbnb",
    "/4-hbnb",
    "/100-hbnb",
    "/101-hbnb",
];
const LISTS: [&str; 3] = ["/states_list", "/cities_by_states", "/states"];

/// The pages of the originals that show data, with this state for the one that shows a state.
pub(super) fn originals(state: &str) -> Vec<String> {
    let fixed = WITH_FILTERS.into_iter().chain(LISTS);
    let state = format!("/states/{state}");
    fixed.map(str::to_owned).chain([state]).collect()
}

pub(super) fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

/// One of each kind, the liveliest that the site has.
pub(super) async fn pages(site: &Site) -> Vec<Page> {
    let found = "/places_search?include=review_count,city,user,state";
    let places = site.post(found, &json!({})).await;
    let places = places.as_array().unwrap().iter();
    let place = places.max_by_key(|place| place["review_count"].as_u64());
    let place = place.unwrap();
    let reviews = site.api(&format!("/places/{}/reviews", id(place))).await;
    let (city, state, user) = (&place["city"], &place["state"], &place["user"]);
    let amenities = site.api("/amenities?sort=name").await;
    let (place, review) = (id(place), id(&reviews[0]));
    vec![
        ("home", "/".to_owned()),
        (
            "search",
            format!("/?state={}&amenity={}", id(state), id(&amenities[0])),
        ),
        ("nothing", "/?state=none".to_owned()),
        ("place", format!("/places/{place}")),
        ("reviews", format!("/places/{place}/reviews")),
        ("city", format!("/cities/{}", id(city))),
        ("region", format!("/regions/{}", id(state))),
        ("user", format!("/users/{}", id(user))),
        ("write-review", format!("/places/{place}/reviews/new")),
        ("edit-review", format!("/reviews/{review}/edit")),
        ("delete-review", format!("/reviews/{review}/delete")),
        ("add-place", format!("/cities/{}/places/new", id(city))),
        ("edit-place", format!("/places/{place}/edit")),
        ("delete-place", format!("/places/{place}/delete")),
        ("missing", "/places/none".to_owned()),
    ]
}

/// Nothing was wrong on a page; that it was not there is right for `missing`.
pub(super) async fn is_clean(browser: &Browser, name: &str) {
    browser.until_settled().await.unwrap();
    let mut complaints = browser.complaints().await.unwrap();
    let is_missing = |one: &str| one.contains("/places/none") && one.contains("404");
    complaints.retain(|one| !is_missing(one));
    assert!(complaints.is_empty(), "{name}: {complaints:#?}");
}
