//! Pages on paper, and for people to whom nothing may move.

use rig::Browser;
use rig::browser::{Media, Theme};

use super::pages::{is_clean, pages};
use super::site::visit;

/// What paper has no use for.
const NOT_PRINTED: &str =
    ".top nav, #api_status, .skip, .filters, .chips, .pages, .acts, form, .button, .card .art";
/// Black, the black of initials in their circles, and a dark grey for what matters less.
const INKS: [&str; 3] = ["rgb(0, 0, 0)", "rgb(29, 27, 27)", "rgb(51, 51, 51)"];

/// How many there are of a kind that can be seen.
async fn seen(browser: &Browser, selector: &str) -> usize {
    let script = "
        const all = [...document.querySelectorAll(arguments[0])];
        return all.filter((one) => one.getClientRects().length > 0).length;";
    let selector = [selector.into()];
    browser.evaluate_with(script, &selector).await.unwrap()
}

/// The colours of all text that can be seen, and what is behind the page.
async fn inks(browser: &Browser) -> (Vec<String>, String) {
    let script = "
        const inks = new Set();
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const { parentElement, data } = texts.currentNode;
            if (data.trim() && parentElement.getClientRects().length > 0) inks.add(getComputedStyle(parentElement).color);
        }
        return [[...inks], getComputedStyle(document.body).backgroundColor];";
    browser.evaluate(script).await.unwrap()
}

#[tokio::test]
async fn pages_are_printed_black_on_white() {
    let Some((site, browser)) = visit("the pages on paper").await else {
        return;
    };
    for (name, path) in pages(&site).await {
        browser.open(&path).await.unwrap();
        is_clean(&browser, name).await;
        let on_screen = seen(&browser, NOT_PRINTED).await;
        assert!(on_screen > 0, "{name}");
        for theme in Theme::BOTH {
            let paper = Media::paper(theme);
            browser.set_media(paper).await.unwrap();
            assert_eq!(seen(&browser, NOT_PRINTED).await, 0, "{name}");
            assert_eq!(seen(&browser, "h1").await, 1, "{name}");
            let (inks, paper) = inks(&browser).await;
            assert_eq!(paper, "rgb(255, 255, 255)", "{name}, {}", theme.name());
            let is_dark = |ink: &String| INKS.contains(&ink.as_str());
            assert!(
                inks.iter().all(is_dark),
                "{name}, {}: {inks:?}",
                theme.name()
            );
        }
        browser.set_theme(Theme::Light).await.unwrap();
        assert_eq!(seen(&browser, NOT_PRINTED).await, on_screen, "{name}");
    }
}

#[tokio::test]
async fn what_is_asked_for_is_printed() {
    let Some((site, browser)) = visit("places and reviews on paper").await else {
        return;
    };
    let paper = Media::paper(Theme::Light);
    browser.set_media(paper).await.unwrap();
    for (name, path) in pages(&site).await {
        let wanted = match name {
            "home" | "city" | "user" => ".card .price, .card h3, .card .information",
            "place" => ".review, .description, .amenity-list li, .panel dd",
            "reviews" => ".review p[dir]",
            _ => continue,
        };
        browser.open(&path).await.unwrap();
        let there = browser.count(wanted).await.unwrap();
        assert!(there > 0 && seen(&browser, wanted).await == there, "{name}");
        let broken = "
            const all = [...document.querySelectorAll('.card, .panel')];
            return all.filter((one) => getComputedStyle(one).breakInside !== 'avoid').length;";
        let broken = browser.evaluate::<usize>(broken).await.unwrap();
        assert_eq!(broken, 0, "{name}: cut by the end of a sheet");
    }
}

/// How long anything takes to change its looks, at the most and in seconds, and how the page is scrolled.
async fn motion(browser: &Browser) -> (f64, String) {
    let script = "
        const styles = [...document.querySelectorAll('*')].map((one) => getComputedStyle(one));
        const times = styles.flatMap((style) => [style.transitionDuration, style.animationDuration]);
        const seconds = times.flatMap((time) => time.split(',')).map(Number.parseFloat);
        return [Math.max(...seconds), getComputedStyle(document.documentElement).scrollBehavior];";
    browser.evaluate(script).await.unwrap()
}

#[tokio::test]
async fn nothing_moves_for_those_who_want_it_so() {
    let Some((site, browser)) = visit("reduced motion").await else {
        return;
    };
    for (name, path) in pages(&site).await {
        browser.open(&path).await.unwrap();
        let still = Media::screen(Theme::Light);
        browser.set_media(still).await.unwrap();
        assert_eq!(motion(&browser).await, (0.0, "auto".to_owned()), "{name}");
        let moving = Media {
            is_still: false,
            ..still
        };
        browser.set_media(moving).await.unwrap();
        let (longest, scroll) = motion(&browser).await;
        assert!((0.2..=0.5).contains(&longest), "{name}: {longest} s");
        assert_eq!(scroll, "smooth", "{name}");
    }
}
