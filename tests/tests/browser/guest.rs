//! Somebody looks for a place to stay.

use rig::Browser;
use serde_json::{Value, json};

use super::site::{Scripts, Site, in_peace, press, shows, visit_with};

const CARDS: &str = "#results article h3";
/// Cards on a page.
const PAGE: usize = 24;

async fn check(browser: &Browser, filter: &str, thing: &Value) {
    browser.click(&format!(".{filter} summary")).await.unwrap();
    let field = browser.field(thing["name"].as_str().unwrap()).await;
    field.unwrap().click().await.unwrap();
}

async fn search(browser: &Browser, site: &Site, scripts: Scripts) {
    let (state, amenity) = site.choice().await;
    let filters = json!({"states": [state["id"]], "amenities": [amenity["id"]]});
    let mut wanted = site.found(filters).await;
    wanted.truncate(PAGE);

    browser
        .evaluate::<Value>("window.kept = true")
        .await
        .unwrap();
    check(browser, "locations", &state).await;
    check(browser, "amenities", &amenity).await;
    press(browser, "Search").await;
    shows(browser, CARDS, &wanted).await;
    let kept = browser
        .evaluate::<bool>("return window.kept === true")
        .await;
    assert_eq!(kept.unwrap(), scripts == Scripts::On, "a reload");

    // The address says it all: it can be kept, sent, and come back to.
    let path = browser.path().await.unwrap();
    let [state_id, amenity_id] = [&state, &amenity].map(|one| one["id"].as_str().unwrap());
    assert_eq!(path, format!("/?state={state_id}&amenity={amenity_id}"));
    browser.open(&path).await.unwrap();
    is_chosen(browser, &state, &amenity, &wanted).await;

    press(browser, &wanted[0]).await;
    shows(browser, "h1", &wanted[..1]).await;
    browser.back().await.unwrap();
    is_chosen(browser, &state, &amenity, &wanted).await;
    press(browser, "Clear all").await;
}

async fn is_chosen(browser: &Browser, state: &Value, amenity: &Value, wanted: &[String]) {
    shows(browser, CARDS, wanted).await;
    assert_eq!(browser.count("input:checked").await.unwrap(), 2);
    let names = [state, amenity].map(|one| one["name"].as_str().unwrap().to_owned());
    assert_eq!(browser.texts("summary h4").await.unwrap(), names);
    assert_eq!(browser.texts(".chips bdi").await.unwrap(), names);
}

async fn turn_pages(browser: &Browser, all: &[String]) {
    shows(browser, CARDS, &all[..PAGE]).await;
    for page in 1..3 {
        press(browser, "Next page").await;
        shows(browser, CARDS, &all[page * PAGE..(page + 1) * PAGE]).await;
    }
    browser.back().await.unwrap();
    shows(browser, CARDS, &all[PAGE..2 * PAGE]).await;
    press(browser, "First page").await;
    shows(browser, CARDS, &all[..PAGE]).await;
}

/// With JavaScript a card shows the reviews itself, without it leads to them.
async fn read_reviews(browser: &Browser, site: &Site, scripts: Scripts) {
    let first = format!("/places_search?sort=name&limit={PAGE}&include=review_count");
    let places = site.post(&first, &json!({})).await;
    let most = |place: &&Value| place["review_count"].as_u64();
    let place = places.as_array().unwrap().iter().max_by_key(most).unwrap();
    let count = usize::try_from(most(&place).unwrap()).unwrap();
    assert!(count > 1);
    let text = format!("{count} reviews of {}", place["name"].as_str().unwrap());

    if scripts == Scripts::Off {
        press(browser, &text).await;
        let id = place["id"].as_str().unwrap();
        assert_eq!(
            browser.path().await.unwrap(),
            format!("/places/{id}/reviews")
        );
        assert_eq!(browser.count("article.review").await.unwrap(), count);
        browser.back().await.unwrap();
        return;
    }
    let shown = |count: usize| {
        format!("return document.querySelectorAll('#results article.review').length === {count}")
    };
    press(browser, &format!("{text} show")).await;
    browser.until("the reviews", &shown(count)).await.unwrap();
    let button = browser.control(&format!("{text} hide")).await.unwrap();
    let expanded = button.attr("aria-expanded").await.unwrap();
    assert_eq!(expanded.as_deref(), Some("true"));
    button.click().await.unwrap();
    browser.until("no reviews", &shown(0)).await.unwrap();
    browser.control(&format!("{text} show")).await.unwrap();
}

async fn finds_a_place(scripts: Scripts) {
    let Some((site, browser)) = visit_with("the search for a place", scripts).await else {
        return;
    };
    let all = site.found(json!({})).await;
    browser.open("/").await.unwrap();
    shows(&browser, CARDS, &all[..PAGE]).await;
    search(&browser, &site, scripts).await;
    turn_pages(&browser, &all).await;
    read_reviews(&browser, &site, scripts).await;
    in_peace(&browser).await;
}

#[tokio::test]
async fn finds_a_place_with_scripts() {
    finds_a_place(Scripts::On).await;
}

#[tokio::test]
async fn finds_a_place_without_scripts() {
    finds_a_place(Scripts::Off).await;
}

#[tokio::test]
async fn the_dot_is_lit() {
    let Some((_site, browser)) = visit_with("the dot of the site", Scripts::On).await else {
        return;
    };
    browser.open("/").await.unwrap();
    let lit = "return api_status.classList.contains('available')";
    browser.until("the dot is lit", lit).await.unwrap();
    let dot = browser.find("#api_status").await.unwrap();
    let says = dot.attr("aria-label").await.unwrap();
    assert_eq!(says.as_deref(), Some("The API is available"));
    in_peace(&browser).await;
}
