//! Names and texts of people who mean harm, or who write in ways that nobody has thought of.

use rig::Browser;
use serde_json::{Value, json};

use super::pages::{id, is_clean, originals};
use super::site::Site;
use super::sizes::WINDOWS;

const LIMIT_OF_NAMES: usize = 128;
const LIMIT_OF_TEXTS: usize = 1024;

/// One that is as long as it may be is made of the unit, again and again.
const UNITS: [&str; 5] = [
    "<script>pwned=1</script><img src=x onerror=pwned=1>",
    "\"'><svg/onload=pwned=1>\\'; pwned=1//&quot;{{7*7}}${7*7}",
    "\u{202e}\u{2067}ול\u{200f}שלום\u{2066}abc",
    "W",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦🏳\u{fe0f}\u{200d}🌈e\u{301}\u{316}\u{317}",
];

fn filled(unit: &str, limit: usize) -> String {
    let times = limit / unit.chars().count();
    unit.repeat(times)
}

async fn make(site: &Site, path: &str, body: Value) -> String {
    let made = site.post(path, &body).await;
    made["id"].as_str().unwrap().to_owned()
}

/// A state, a city, an amenity, a user, a place and a review, all of that kind.
async fn fill(site: &Site, unit: &str) {
    let name = filled(unit, LIMIT_OF_NAMES);
    let text = filled(unit, LIMIT_OF_TEXTS);
    let state = make(site, "/states", json!({"name": name})).await;
    let city = make(
        site,
        &format!("/states/{state}/cities"),
        json!({"name": name}),
    )
    .await;
    let amenity = make(site, "/amenities", json!({"name": name})).await;
    let user = json!({"email": name, "password": "p", "first_name": name, "last_name": name});
    let user = make(site, "/users", user).await;
    let place = json!({"user_id": user, "name": name, "description": text, "price_by_night": i32::MAX,
        "max_guest": i32::MAX, "number_rooms": i32::MAX, "number_bathrooms": i32::MAX});
    let place = make(site, &format!("/cities/{city}/places"), place).await;
    let review = json!({"user_id": user, "text": text});
    make(site, &format!("/places/{place}/reviews"), review).await;
    make(
        site,
        &format!("/places/{place}/amenities/{amenity}"),
        json!({}),
    )
    .await;
}

/// A site with all of them, and a browser for it; none where there is no browser.
async fn confront(what: &str) -> Option<(Site, Browser)> {
    let site = Site::empty().await;
    let browser = Browser::start(what, site.base()).await.unwrap()?;
    for unit in UNITS {
        fill(&site, unit).await;
    }
    Some((site, browser))
}

async fn is_harmless(browser: &Browser, name: &str) {
    is_clean(browser, name).await;
    let pwned = browser.evaluate::<bool>("return 'pwned' in window").await;
    assert!(!pwned.unwrap(), "{name}: a script has run");
}

/// Neither a telephone nor a screen has to be scrolled sideways.
async fn fits(browser: &Browser, name: &str) {
    for (width, height) in WINDOWS {
        browser.set_size(width, height).await.unwrap();
        let overflow = browser.overflow().await.unwrap();
        assert_eq!(overflow, 0, "{name} at {width} px");
    }
}

#[tokio::test]
async fn all_is_text() {
    let Some((site, browser)) = confront("hostile names and texts").await else {
        return;
    };
    let places = site.post("/places_search?include=state", &json!({})).await;
    for place in places.as_array().unwrap() {
        let name = place["name"].as_str().unwrap();
        let reviews = site.api(&format!("/places/{}/reviews", id(place))).await;
        for (page, path) in pages_of(place, id(&reviews[0])) {
            browser.open(&path).await.unwrap();
            is_harmless(&browser, page).await;
            fits(&browser, &format!("{page} of {name:.20}")).await;
            let script = "return document.body.textContent.includes(arguments[0])";
            let is_shown = browser.evaluate_with::<bool>(script, &[json!(name)]).await;
            assert!(is_shown.unwrap(), "{page}: no {name}");
        }
    }
    brought_in_place(&browser).await;
}

#[tokio::test]
async fn all_is_text_on_the_pages_of_the_originals() {
    let what = "hostile names and texts on the pages of the originals";
    let Some((site, browser)) = confront(what).await else {
        return;
    };
    let states = site.api("/states").await;
    let states = states.as_array().unwrap();
    for state in states {
        let page = format!("/states/{}", id(state));
        browser.open(&page).await.unwrap();
        is_harmless(&browser, &page).await;
        let name = state["name"].as_str().unwrap();
        assert!(browser.text("h1").await.unwrap().contains(name), "{name}");
        assert_eq!(browser.text("li > b").await.unwrap(), name);
    }
    let of_letters = |state: &&Value| state["name"].as_str().unwrap().starts_with("WWW");
    let state = states.iter().find(of_letters).unwrap();
    for page in originals(id(state)) {
        browser.open(&page).await.unwrap();
        let named = "return document.body.textContent.includes('WWW')";
        browser.until("the names", named).await.unwrap();
        is_harmless(&browser, &page).await;
    }
    browser.open("/cities_by_states").await.unwrap();
    let names = browser.texts("li > b").await.unwrap();
    let wanted = UNITS.map(|unit| filled(unit, LIMIT_OF_NAMES));
    let is_there = |name: &String| names.contains(name);
    assert!(wanted.iter().all(is_there), "{names:#?}");
}

/// What scripts put into the page: results, and the reviews of each card.
async fn brought_in_place(browser: &Browser) {
    browser.open("/").await.unwrap();
    browser
        .control("Search")
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    let script = "
        const buttons = [...document.querySelectorAll('#results button[aria-expanded=false]')];
        buttons.forEach((button) => button.click());
        return buttons.length;";
    let opened = browser.evaluate::<usize>(script).await.unwrap();
    assert_eq!(opened, UNITS.len());
    let there =
        format!("return document.querySelectorAll('#results article.review').length === {opened}");
    browser.until("the reviews", &there).await.unwrap();
    is_harmless(browser, "reviews in place").await;
    fits(browser, "reviews in place").await;
    let texts = browser.texts("#results article.review > p").await.unwrap();
    for unit in UNITS {
        let wanted = filled(unit, LIMIT_OF_TEXTS);
        assert!(texts.contains(&wanted), "no {wanted} in {texts:#?}");
    }
}

/// The pages that show the names of one place and what belongs to it.
fn pages_of(place: &Value, review: &str) -> Vec<(&'static str, String)> {
    let [city, user] = ["city_id", "user_id"].map(|key| place[key].as_str().unwrap());
    let (place, state) = (id(place), id(&place["state"]));
    vec![
        ("place", format!("/places/{place}")),
        ("reviews", format!("/places/{place}/reviews")),
        ("city", format!("/cities/{city}")),
        ("region", format!("/regions/{state}")),
        ("user", format!("/users/{user}")),
        ("add-place", format!("/cities/{city}/places/new")),
        ("edit-place", format!("/places/{place}/edit")),
        ("write-review", format!("/places/{place}/reviews/new")),
        ("edit-review", format!("/reviews/{review}/edit")),
        ("delete-review", format!("/reviews/{review}/delete")),
        ("delete-place", format!("/places/{place}/delete")),
        ("search", format!("/?city={city}")),
        ("home", "/".to_owned()),
    ]
}
