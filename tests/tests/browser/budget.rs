//! What a page may cost who opens it.

use rig::announce;
use rig::browser::Exchange;

use super::pages::pages;
use super::site::{in_peace, visit};

/// Bytes over the network for the first page, with all that belongs to it.
const FIRST_PAGE: u64 = 100_000;
/// Bytes of style sheets and scripts of any page.
const CODE: u64 = 30_000;
/// What a page may move by itself; more than 0.1 is said to annoy.
const SHIFT: f64 = 0.02;

fn bytes<'a>(exchanges: impl Iterator<Item = &'a Exchange>) -> u64 {
    exchanges.filter_map(|exchange| exchange.bytes).sum()
}

#[tokio::test]
async fn the_first_page_is_light() {
    let Some((_site, browser)) = visit("the budget of the first page").await else {
        return;
    };
    browser.open("/").await.unwrap();
    browser.until_settled().await.unwrap();
    let exchanges = browser.exchanges().await.unwrap();
    let kinds = |kind: &str| exchanges.iter().filter(|one| one.kind == kind).count();
    assert!(kinds("Document") == 1 && kinds("Stylesheet") > 0 && kinds("Script") > 0);
    let bytes = bytes(exchanges.iter());
    announce(&format!("the first page takes {bytes} bytes"));
    assert!(bytes < FIRST_PAGE, "{bytes} bytes: {exchanges:#?}");
    in_peace(&browser).await;
}

#[tokio::test]
async fn every_page_stays_in_its_budget() {
    let Some((site, browser)) = visit("the budget of every page").await else {
        return;
    };
    for (name, path) in pages(&site).await {
        let before = browser.exchanges().await.unwrap().len();
        browser.clear_cache().await.unwrap();
        browser.open(&path).await.unwrap();
        browser.until_settled().await.unwrap();
        let exchanges = browser.exchanges().await.unwrap().split_off(before);
        let is_code = |one: &&Exchange| one.kind == "Stylesheet" || one.kind == "Script";
        let code = bytes(exchanges.iter().filter(is_code));
        assert!(
            (1..CODE).contains(&code),
            "{name}: {code} bytes of {exchanges:#?}"
        );

        let shift = browser.layout_shift().await.unwrap();
        assert!(shift <= SHIFT, "{name}: a layout shift of {shift}");
        let blocking = browser.render_blocking("script").await.unwrap();
        assert!(blocking.is_empty(), "{name}: {blocking:?}");
    }
}
