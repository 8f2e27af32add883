//! The pages of the originals, and what their scripts do.

use rig::Browser;
use serde_json::{Value, json};

use super::site::{in_peace, names, visit};

const FILLED: &str = "return document.querySelectorAll('section.places article').length > 0";
const NOTHING_CHOSEN: &str = "\u{a0}";

/// Checks the box of one thing, whose list opens under the mouse.
async fn check(browser: &Browser, filter: &str, thing: &Value) {
    browser.hover(&format!(".{filter} h3")).await.unwrap();
    let id = thing["id"].as_str().unwrap();
    let name = thing["name"].as_str().unwrap();
    let boxed = format!(".{filter} input[data-id='{id}'][data-name='{name}']");
    browser.click(&boxed).await.unwrap();
}

async fn chosen(browser: &Browser, filter: &str) -> String {
    let script = "return document.querySelector(arguments[0]).textContent";
    let heading = json!(format!(".{filter} h4"));
    browser.evaluate_with(script, &[heading]).await.unwrap()
}

/// The names on the cards, when they are as many as there are to be.
async fn cards(browser: &Browser, count: usize) -> Vec<String> {
    let script =
        format!("return document.querySelectorAll('section.places article').length === {count}");
    browser.until("the cards", &script).await.unwrap();
    browser.texts("section.places article h2").await.unwrap()
}

#[tokio::test]
async fn every_page_opens() {
    let Some((site, browser)) = visit("the pages of the originals").await else {
        return;
    };
    let states = site.api("/states").await;
    let state = format!("/states/{}", states[0]["id"].as_str().unwrap());
    for (path, mark) in [
        ("/hbnb", "article"),
        ("/hbnb_filters", ".popover li"),
        ("/0-hbnb", "article"),
        ("/states_list", "li"),
        ("/cities_by_states", "li li"),
        ("/states", "li"),
        (&state, "h3"),
        ("/number_template/7", "h1"),
        ("/number_odd_or_even/7", "h1"),
        ("/c/is_fun", "body"),
    ] {
        browser.open(path).await.unwrap();
        assert!(browser.count(mark).await.unwrap() > 0, "{path}: no {mark}");
        in_peace(&browser).await;
    }
}

#[tokio::test]
async fn names_and_the_dot() {
    let Some((site, browser)) = visit("1-hbnb and 2-hbnb").await else {
        return;
    };
    let amenities = site.api("/amenities?sort=name").await;
    for page in ["/1-hbnb", "/2-hbnb/"] {
        browser.open(page).await.unwrap();
        assert_eq!(chosen(&browser, "amenities").await, NOTHING_CHOSEN);
        check(&browser, "amenities", &amenities[2]).await;
        check(&browser, "amenities", &amenities[0]).await;
        let both = [0, 2].map(|at| amenities[at]["name"].as_str().unwrap());
        assert_eq!(chosen(&browser, "amenities").await, both.join(", "));
        check(&browser, "amenities", &amenities[0]).await;
        check(&browser, "amenities", &amenities[2]).await;
        assert_eq!(chosen(&browser, "amenities").await, NOTHING_CHOSEN);
    }
    let lit = "return getComputedStyle(api_status).backgroundColor === 'rgb(255, 84, 95)'";
    browser.until("the dot is lit", lit).await.unwrap();
    assert_eq!(browser.count("#api_status.available").await.unwrap(), 1);
    in_peace(&browser).await;
}

#[tokio::test]
async fn places_are_filled_in_and_searched() {
    let Some((site, browser)) = visit("3-hbnb, 4-hbnb and 100-hbnb").await else {
        return;
    };
    let (state, amenity) = site.choice().await;
    let states = site.api("/states?include=cities&sort=name").await;
    let city = &states.as_array().unwrap().last().unwrap()["cities"][0];
    let all = site.found(json!({})).await;

    for page in ["/3-hbnb", "/4-hbnb"] {
        browser.open(page).await.unwrap();
        assert_eq!(cards(&browser, all.len()).await, all);
    }
    check(&browser, "amenities", &amenity).await;
    browser.click(".filters button").await.unwrap();
    let wanted = site.found(json!({"amenities": [amenity["id"]]})).await;
    assert!(wanted.len() < all.len());
    assert_eq!(cards(&browser, wanted.len()).await, wanted);

    browser.open("/100-hbnb").await.unwrap();
    cards(&browser, all.len()).await;
    check(&browser, "amenities", &amenity).await;
    check(&browser, "locations", &state).await;
    check(&browser, "locations", city).await;
    let both = [&state, city].map(|place| place["name"].as_str().unwrap());
    assert_eq!(chosen(&browser, "locations").await, both.join(", "));
    browser.click(".filters button").await.unwrap();
    let ids = [&amenity, &state, city].map(|one| [one["id"].clone()]);
    let filters = json!({"amenities": ids[0], "states": ids[1], "cities": ids[2]});
    let wanted = site.found(filters).await;
    assert_eq!(cards(&browser, wanted.len()).await, wanted);
    in_peace(&browser).await;
}

#[tokio::test]
async fn reviews_come_and_go() {
    let Some((site, browser)) = visit("101-hbnb").await else {
        return;
    };
    let places = site
        .post("/places_search?include=review_count", &json!({}))
        .await;
    let most = |place: &&Value| place["review_count"].as_u64();
    let place = places.as_array().unwrap().iter().max_by_key(most).unwrap();
    let path = format!("/places/{}/reviews", place["id"].as_str().unwrap());
    let reviews = site.api(&path).await;
    assert!(reviews.as_array().unwrap().len() > 1);

    browser.open("/101-hbnb").await.unwrap();
    browser.until("the cards", FILLED).await.unwrap();
    let sorted = names(&places);
    let at = sorted
        .iter()
        .position(|name| place["name"] == **name)
        .unwrap();
    let part = format!("article:nth-of-type({}) .reviews", at + 1);
    let word = format!("{part} span");
    assert_eq!(browser.text(&word).await.unwrap(), "show");
    browser.click(&word).await.unwrap();
    let shown = format!("return document.querySelectorAll('{part} li').length > 0");
    browser.until("the reviews", &shown).await.unwrap();
    assert_eq!(browser.text(&word).await.unwrap(), "hide");

    let mut texts = browser.texts(&format!("{part} li p")).await.unwrap();
    texts.sort();
    let mut written: Vec<_> = reviews.as_array().unwrap().iter().collect();
    written.sort_by_key(|review| review["text"].as_str());
    let written: Vec<_> = written
        .iter()
        .map(|review| review["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, written);
    let head = browser.text(&format!("{part} li h3")).await.unwrap();
    let form = regex::Regex::new(r"^From .+ the \d+(st|nd|rd|th) [A-Z][a-z]+ \d{4}$").unwrap();
    assert!(form.is_match(&head), "{head}");

    browser.click(&word).await.unwrap();
    assert_eq!(browser.count(&format!("{part} li")).await.unwrap(), 0);
    assert_eq!(browser.text(&word).await.unwrap(), "show");
    in_peace(&browser).await;
}
