//! Somebody writes: reviews, and places.

use rig::Browser;
use serde_json::Value;

use super::site::{Scripts, Site, fill, in_peace, press, shows, visit_with};

const FIRST: &str = "Lovely, but 2 < 3 beds & \"no\" kettle";

/// The reviews on the page of a place.
const TEXTS: &str = "#reviews article.review > p";

async fn some_place(site: &Site) -> (String, Vec<String>) {
    let city = a_city(site).await;
    let path = format!("/cities/{}/places", city["id"].as_str().unwrap());
    let places = site.api(&path).await;
    let path = format!("/places/{}", places[0]["id"].as_str().unwrap());
    let reviews = site.api(&format!("{path}/reviews?sort=newest")).await;
    let reviews = reviews.as_array().unwrap().iter();
    let texts = reviews.map(|review| review["text"].as_str().unwrap().to_owned());
    (path, texts.collect())
}

async fn a_city(site: &Site) -> Value {
    let states = site.api("/states?include=cities&sort=name").await;
    let states = states.as_array().unwrap().iter();
    let mut cities = states.flat_map(|state| state["cities"].as_array().unwrap().clone());
    cities.next().unwrap()
}

async fn a_review_comes_changes_and_goes(scripts: Scripts) {
    let Some((site, browser)) = visit_with("the forms of reviews", scripts).await else {
        return;
    };
    let (place, before) = some_place(&site).await;
    let with = |text: &str| [&[text.to_owned()], &before[..]].concat();
    browser.open(&place).await.unwrap();
    shows(&browser, TEXTS, &before).await;

    fill(&browser, "Your review", FIRST).await;
    fill(&browser, "Your e-mail", "grace@navy.example").await;
    press(&browser, "Send the review").await;
    shows(&browser, TEXTS, &with(FIRST)).await;
    let path = browser.path().await.unwrap();
    assert_eq!(path, format!("{place}#reviews"));
    let heading = browser.text("article.review h3").await.unwrap();
    assert!(heading.starts_with("From grace the "), "{heading}");

    press(&browser, "Edit this review").await;
    fill(&browser, "Your review", "Better the second time").await;
    press(&browser, "Save the review").await;
    shows(&browser, TEXTS, &with("Better the second time")).await;
    press(&browser, "Delete this review").await;
    shows(&browser, "h1", &["Delete this review?".to_owned()]).await;
    press(&browser, "Delete it").await;
    shows(&browser, TEXTS, &before).await;
    in_peace(&browser).await;
}

#[tokio::test]
async fn a_review_with_scripts() {
    a_review_comes_changes_and_goes(Scripts::On).await;
}

#[tokio::test]
async fn a_review_without_scripts() {
    a_review_comes_changes_and_goes(Scripts::Off).await;
}

async fn describe(browser: &Browser, name: &str) {
    fill(browser, "Name", name).await;
    fill(browser, "Guests", "4").await;
    fill(browser, "Bedrooms", "1").await;
    fill(browser, "Bathrooms", "1").await;
    fill(browser, "Price a night, in $", "120").await;
}

async fn a_place_comes_changes_and_goes(scripts: Scripts) {
    let Some((site, browser)) = visit_with("the forms of places", scripts).await else {
        return;
    };
    let city = a_city(&site).await;
    let path = format!("/cities/{}", city["id"].as_str().unwrap());
    let amenities = site.api("/amenities?sort=name").await;
    let amenity = amenities[1]["name"].as_str().unwrap().to_owned();
    browser.open(&path).await.unwrap();
    press(&browser, "Add a place").await;
    describe(&browser, "The lighthouse <at> the point").await;
    browser
        .field(&amenity)
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    fill(&browser, "Your e-mail", "keeper@hbnb.example").await;
    press(&browser, "Add the place").await;
    shows(
        &browser,
        "h1",
        &["The lighthouse <at> the point".to_owned()],
    )
    .await;
    shows(&browser, ".amenity-list li", &[amenity]).await;
    let facts = ["4 Guests", "1 Bedroom", "1 Bathroom"].map(str::to_owned);
    shows(&browser, ".facts li", &facts).await;
    shows(&browser, ".banner .price b", &["$120".to_owned()]).await;

    press(&browser, "Edit the place").await;
    fill(&browser, "Price a night, in $", "95").await;
    press(&browser, "Save the place").await;
    shows(&browser, ".banner .price b", &["$95".to_owned()]).await;
    press(&browser, "Delete it").await;
    press(&browser, "Delete it").await;
    shows(&browser, "h1", &[city["name"].as_str().unwrap().to_owned()]).await;
    let cards = browser.texts(".places article h3").await.unwrap();
    assert!(!cards.is_empty() && !cards.iter().any(|name| name.contains("lighthouse")));
    in_peace(&browser).await;
}

#[tokio::test]
async fn a_place_with_scripts() {
    a_place_comes_changes_and_goes(Scripts::On).await;
}

#[tokio::test]
async fn a_place_without_scripts() {
    a_place_comes_changes_and_goes(Scripts::Off).await;
}

/// What was typed stays, what is wrong is marked, and those who hear the page are told first.
#[tokio::test]
async fn a_mistake_is_explained() {
    let what = "a mistake in a form";
    let Some((site, browser)) = visit_with(what, Scripts::On).await else {
        return;
    };
    let city = a_city(&site).await;
    let path = format!("/cities/{}/places/new", city["id"].as_str().unwrap());
    browser.open(&path).await.unwrap();
    let long = "A name of many letters ".repeat(6).trim_end().to_owned();
    describe(&browser, &long).await;
    fill(&browser, "Your e-mail", "keeper@hbnb.example").await;
    press(&browser, "Add the place").await;
    browser.find("[role=alert]").await.unwrap();
    let title = browser.text("title").await.unwrap();
    assert!(title.starts_with("Please correct: "), "{title}");
    assert_eq!(browser.texts("[aria-invalid]").await.unwrap().len(), 1);

    let name = browser.field("Name").await.unwrap();
    assert_eq!(name.value().await.unwrap(), Some(long));
    let described = name.attr("aria-describedby").await.unwrap().unwrap();
    let says = described.split(' ').next().unwrap();
    let says = browser.text(&format!("#{says}")).await.unwrap();
    assert!(says.contains("128"), "{says}");
    fill(&browser, "Name", "A shorter name").await;
    press(&browser, "Add the place").await;
    shows(&browser, "h1", &["A shorter name".to_owned()]).await;
}

/// The site has no token of its own; who has one is asked for it, and only then.
#[tokio::test]
async fn a_token_is_asked_for() {
    let site = Site::guarded("open sesame").await;
    let what = "the forms of a guarded site";
    let Some(browser) = Browser::start(what, site.base()).await.unwrap() else {
        return;
    };
    let (place, before) = some_place(&site).await;
    browser.open(&place).await.unwrap();
    assert_eq!(browser.count("[type=password]").await.unwrap(), 0);
    fill(&browser, "Your review", FIRST).await;
    fill(&browser, "Your e-mail", "grace@navy.example").await;
    press(&browser, "Send the review").await;
    for (token, is_right) in [("open barley", false), ("open sesame", true)] {
        let review = browser.field("Your review").await.unwrap();
        assert_eq!(review.value().await.unwrap().as_deref(), Some(FIRST));
        fill(&browser, "Access token", token).await;
        press(&browser, "Send the review").await;
        if !is_right {
            browser.find("[type=password][aria-invalid]").await.unwrap();
        }
    }
    let with_it = [&[FIRST.to_owned()], &before[..]].concat();
    shows(&browser, TEXTS, &with_it).await;
}
