//! Somebody without a mouse finds a place and writes a review.

use rig::Browser;
use rig::browser::Key;
use serde_json::{Value, json};

use super::site::{in_peace, shows, visit};

/// More stops than a page has before anything that matters.
const STOPS: usize = 90;
/// What has the focus: its text or label, and whether one can see that it has it.
const FOCUS: &str = "
    const one = document.activeElement;
    const fold = (text) => text.replace(/\\s+/g, ' ').trim();
    const ring = (of, part) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(of, part);
        return outlineStyle !== 'none' && outlineWidth !== '0px';
    };
    const label = one.labels?.[0];
    const box = one.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const drawn = [null, '::before', '::after'].some((part) => ring(one, part) || (label && ring(label, part)));
    return [fold(label?.textContent ?? one.textContent), inside && drawn];";

async fn focus(browser: &Browser) -> String {
    let (text, is_seen): (String, bool) = browser.evaluate(FOCUS).await.unwrap();
    assert!(is_seen, "nobody sees that {text} has the focus");
    text
}

/// Presses Tab until something with this text has the focus.
async fn tab_to(browser: &Browser, wanted: &str) {
    let mut passed = Vec::new();
    while passed.last().is_none_or(|text| text != wanted) {
        assert!(passed.len() < STOPS, "no {wanted} among {passed:#?}");
        browser.press(Key::Tab).await.unwrap();
        passed.push(focus(browser).await);
    }
}

fn name(thing: &Value) -> &str {
    thing["name"].as_str().unwrap()
}

#[tokio::test]
async fn finds_a_place_and_writes() {
    let Some((site, browser)) = visit("the site by keyboard alone").await else {
        return;
    };
    let (state, amenity) = site.choice().await;
    let filters = json!({"states": [state["id"]], "amenities": [amenity["id"]]});
    let wanted = site.found(filters).await;
    browser.open("/").await.unwrap();
    tab_to(&browser, "Skip to the content").await;
    browser.press(Key::Enter).await.unwrap();
    tab_to(&browser, "States Anywhere").await;
    browser.press(Key::Enter).await.unwrap();
    tab_to(&browser, name(&state)).await;
    browser.press(Key::Space).await.unwrap();
    // Closes the list, and leads back to where it was opened.
    browser.press(Key::Escape).await.unwrap();
    assert_eq!(focus(&browser).await, format!("States {}", name(&state)));
    tab_to(&browser, "Amenities Any").await;
    browser.press(Key::Enter).await.unwrap();
    tab_to(&browser, name(&amenity)).await;
    browser.press(Key::Space).await.unwrap();
    tab_to(&browser, "Search").await;
    browser.press(Key::Enter).await.unwrap();
    shows(&browser, "#results article h3", &wanted).await;

    tab_to(&browser, &wanted[0]).await;
    browser.press(Key::Enter).await.unwrap();
    shows(&browser, "h1", &wanted[..1]).await;
    tab_to(&browser, "Your review").await;
    browser.press("Reached without a mouse").await.unwrap();
    tab_to(&browser, "Your e-mail").await;
    browser.press("keys@hbnb.example").await.unwrap();
    tab_to(&browser, "Send the review").await;
    browser.press(Key::Enter).await.unwrap();
    let newest = "#reviews article.review:nth-of-type(1) > p";
    shows(&browser, newest, &["Reached without a mouse".to_owned()]).await;
    in_peace(&browser).await;
}
