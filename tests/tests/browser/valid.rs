//! The site's own pages are valid HTML. Those of the originals are as the originals are.

use std::time::Duration;

use rig::Validator;
use rig::http::{get, send};

use super::pages::pages;
use super::site::Site;

#[test]
fn the_checker_finds_errors() {
    let Some(validator) = Validator::find("the checker of HTML itself") else {
        return;
    };
    let page =
        |body: &str| format!("<!DOCTYPE html><html lang=\"en\"><title>A</title>{body}</html>");
    let wrong = ("wrong".to_owned(), page("<p><b></p><img src=\"a\">"));
    let right = ("right".to_owned(), page("<p>b</p>"));
    let messages = validator.check(&[right, wrong]).unwrap();
    assert!(messages.len() > 1, "{messages:#?}");
    let is_there = messages
        .iter()
        .all(|message| message.starts_with("wrong, line 1"));
    assert!(is_there, "{messages:#?}");
}

#[tokio::test]
async fn all_pages_are_valid() {
    let Some(validator) = Validator::find("the HTML of the site's pages") else {
        return;
    };
    let site = Site::start().await;
    let mut sources = Vec::new();
    for (name, path) in pages(&site).await {
        let reply = get(site.base(), &path).await.unwrap();
        let status = if name == "missing" { 404 } else { 200 };
        assert_eq!(reply.status, status, "{path}");
        sources.push((name.to_owned(), reply.text().into_owned()));
        if name.starts_with("add") || name.starts_with("write") {
            let mistaken = mistaken(&site, &path).await;
            sources.push((format!("{name}, mistaken"), mistaken));
        }
    }
    let mut messages = validator.check(&sources).unwrap();
    // Names are shown as people write them.
    messages.retain(|message| !message.contains("Unicode Normalization Form C"));
    assert!(messages.is_empty(), "{messages:#?}");
}

/// The page after a form was sent that has nothing in its fields.
async fn mistaken(site: &Site, path: &str) -> String {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let limit = Duration::from_secs(10);
    let reply = send(
        site.base(),
        "POST",
        path,
        &headers,
        Some(b"name=".to_vec()),
        limit,
    );
    let reply = reply.await.unwrap();
    let text = reply.text().into_owned();
    assert!(
        reply.status >= 400 && text.contains("aria-invalid"),
        "{text}"
    );
    text
}
