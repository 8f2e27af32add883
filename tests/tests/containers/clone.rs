//! What a person does first: a fresh clone, and one command.

use crate::world::{can_have, health, plays};
use anyhow::{Result, ensure};
use rig::http::get;
use rig::{Browser, Compose, announce, top};
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;

/// What Chromium says of a request that it has given up by itself, since a network of the machine has come or gone.
const GIVEN_UP: &str = "ERR_NETWORK_CHANGED";
const VISITS: usize = 10;

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

/// A person comes, and again while networks of other stories come or go during the visit.
async fn visit(base: &str) {
    for _ in 0..VISITS {
        let browser = Browser::start("a browser through the edge", base);
        let Some(browser) = browser.await.unwrap() else {
            return;
        };
        let found = find_a_place(&browser).await;
        let complaints = browser.complaints().await.unwrap();
        if !complaints.iter().any(|said| said.contains(GIVEN_UP)) {
            found.unwrap();
            assert!(complaints.is_empty(), "{complaints:#?}");
            return;
        }
    }
    panic!("networks have come and gone during each of {VISITS} visits");
}

/// The short journey of a person: open the site, choose a state, look at the first place that is found.
async fn find_a_place(browser: &Browser) -> Result<()> {
    browser.open("/").await?;
    browser.click(".locations summary").await?;
    browser.click(".locations input[type=checkbox]").await?;
    browser.control("Search").await?.click().await?;
    // The address is that of the search before its results are there.
    let found = "return location.search.includes('state=') && document.querySelector('#results:not([aria-busy]) article') !== null";
    browser.until("places of the state", found).await?;
    let name = browser.text("#results article h3").await?;
    browser.control(&name).await?.click().await?;
    let shown = "return location.pathname.startsWith('/places/')";
    browser.until("the page of a place", shown).await?;
    ensure!(browser.text("h1").await? == name, "another place's page");
    browser.until_settled().await
}
