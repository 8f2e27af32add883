//! No barriers, as far as axe-core can tell. The text answers of the originals have no markup to judge.

use rig::Browser;
use rig::browser::{Axe, Theme, Violation};

use super::pages::{WITH_FILTERS, id, originals, pages};
use super::site::{Site, visit};

const WCAG: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What is pinned of the originals and breaks a rule: pages, rule, reason.
const PINNED: [Pinned; 1] = [(
    &WITH_FILTERS,
    "color-contrast",
    "the text of the task has the button in #FFFFFF on #FF5A5F, which is 3.05 to 1",
)];

type Pinned = (&'static [&'static str], &'static str, &'static str);

fn told(violations: &[Violation]) -> String {
    let told = violations.iter().map(ToString::to_string);
    told.collect::<Vec<_>>().join("\n")
}

/// A site, a browser for it, and who finds barriers; none where one of them is missing.
async fn judge(what: &str) -> Option<(Axe, Site, Browser)> {
    let axe = Axe::find(what).unwrap()?;
    let (site, browser) = visit(what).await?;
    Some((axe, site, browser))
}

/// Opens whatever of the page is folded away, as far as it can be open at once.
async fn unfold(browser: &Browser) {
    let script = "
        const details = document.querySelector('details');
        if (details) details.open = true;
        document.querySelector('button[aria-expanded=false]')?.click();
        return true;";
    browser.evaluate::<bool>(script).await.unwrap();
    let unfolded = "
        const button = document.querySelector('button[aria-expanded]');
        return !button || button.getAttribute('aria-expanded') === 'true';";
    browser.until("all is unfolded", unfolded).await.unwrap();
}

#[tokio::test]
async fn the_site_has_no_barriers() {
    let what = "the barriers of the site's pages";
    let Some((axe, site, browser)) = judge(what).await else {
        return;
    };
    for (name, path) in pages(&site).await {
        browser.open(&path).await.unwrap();
        unfold(&browser).await;
        for theme in Theme::BOTH {
            browser.set_theme(theme).await.unwrap();
            let violations = axe.violations(&browser, &[]).await.unwrap();
            let told = told(&violations);
            assert!(violations.is_empty(), "{name}, {}: {told}", theme.name());
        }
    }
}

#[tokio::test]
async fn the_originals_have_none_but_the_pinned() {
    let what = "the barriers of the pages of the originals";
    let Some((axe, site, browser)) = judge(what).await else {
        return;
    };
    let states = site.api("/states").await;
    let mut pages = originals(id(&states[0]));
    let bare = [
        "/states/none",
        "/number_template/7",
        "/number_odd_or_even/7",
    ];
    pages.extend(bare.map(str::to_owned));
    let (mut seen, mut unknown) = (Vec::new(), Vec::new());
    for page in &pages {
        browser.open(page).await.unwrap();
        browser.until_settled().await.unwrap();
        for violation in axe.violations(&browser, &WCAG).await.unwrap() {
            let is_it = |(pages, rule, _): &Pinned| {
                pages.contains(&page.as_str()) && *rule == violation.rule
            };
            match PINNED.iter().position(is_it) {
                Some(at) => seen.push(at),
                None => unknown.push(format!("{page}: {violation}")),
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    for (at, (_, rule, reason)) in PINNED.iter().enumerate() {
        assert!(seen.contains(&at), "no longer so: {rule}, since {reason}");
    }
}
