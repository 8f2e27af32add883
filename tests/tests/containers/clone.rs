//! What a person does first: a fresh clone, and one command.

use crate::world::{can_have, health, plays};
use rig::http::get;
use rig::{Browser, Compose, announce, top};
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_clone_comes_up() {
    if !can_have("a fresh clone in containers") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let clone = folder.path().join("hbnb");
    let git = |args: &[&str]| {
        let status = Command::new("git").args(args).status().unwrap();
        assert!(status.success(), "git {args:?}");
    };
    let from = top().unwrap().to_str().unwrap().to_owned();
    git(&["clone", "--quiet", &from, clone.to_str().unwrap()]);

    // The file is found by `.env`, as it is for a person.
    let compose = Compose::of(&clone).unwrap();
    let begun = Instant::now();
    compose
        .run(&["up", "--detach", "--build", "--wait"])
        .await
        .unwrap();
    announce(&format!(
        "compose up --build in a fresh clone: {:.0?}",
        begun.elapsed()
    ));

    for service in ["edge", "web", "api", "assets", "db"] {
        let container = compose.container(service).await.unwrap();
        assert_eq!(health(&container).await, "healthy", "{service}");
    }
    for task in ["secrets", "migrate", "demo"] {
        let container = compose.container(task).await.unwrap();
        assert_eq!(health(&container).await, "exited", "{task}");
    }
    let first = get(&compose.base(), "/").await.unwrap();
    assert!(
        first.text().contains("<article"),
        "the demo's places are there"
    );
    plays(&compose.base(), "through the edge of compose").await;
    visit(&compose.base()).await;
    let load = [
        "run",
        "--rm",
        "-T",
        "load",
        "load",
        "--url",
        "http://edge:8080",
        "--duration",
        "3s",
    ];
    let told = compose.run(&load).await.unwrap();
    assert!(told.contains("total"), "{told}");
}

/// The short journey of a person: open the site, choose a state, look at the first place that is found.
async fn visit(base: &str) {
    let Some(browser) = Browser::start("a browser through the edge", base)
        .await
        .unwrap()
    else {
        return;
    };
    browser.open("/").await.unwrap();
    browser.click(".locations summary").await.unwrap();
    browser
        .click(".locations input[type=checkbox]")
        .await
        .unwrap();
    browser
        .control("Search")
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    // The address is that of the search before its results are there.
    let found = "return location.search.includes('state=') && document.querySelector('#results:not([aria-busy]) article') !== null";
    browser.until("places of the state", found).await.unwrap();
    let name = browser.text("#results article h3").await.unwrap();
    browser.control(&name).await.unwrap().click().await.unwrap();
    let shown = "return location.pathname.startsWith('/places/')";
    browser.until("the page of a place", shown).await.unwrap();
    assert_eq!(browser.text("h1").await.unwrap(), name);
    browser.until_settled().await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
