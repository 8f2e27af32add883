//! What a machine does not have is told by tests that need it; where it is required, they fail.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::browser::Axe;
use rig::{Binary, Browser, Storage, Validator, run};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const MARK: &str = "here-is-the-story";
/// The tools, what the story does with them, and why it cannot.
const TOLD: [(&str, &str); 4] = [
    ("axe", "barriers: HBNB_TEST_AXE is not set"),
    ("chromium", "a page: HBNB_TEST_CHROMEDRIVER is not set"),
    ("postgres", "rows: HBNB_TEST_DATABASE_URL is not set"),
    ("vnu", "the HTML: HBNB_TEST_VNU is not set"),
];

/// Runs this very program again, which is told of no tool.
async fn without_tools(required: &str) -> Output {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join(MARK), "").unwrap();
    let this = Binary::at(std::env::current_exe().unwrap());
    let envs = [("HBNB_TEST_REQUIRE", required)];
    let args = ["--exact", "story", "--nocapture"];
    run(&this, &args, &envs, folder.path()).await.unwrap()
}

/// Nothing by itself: it is for the others to run.
#[tokio::test]
async fn story() {
    if !Path::new(MARK).exists() {
        return;
    }
    let page = Browser::start("a page", "http://127.0.0.1:1")
        .await
        .unwrap();
    let rows = Storage::postgres("rows").unwrap();
    let nothing = Axe::find("barriers").unwrap().is_none() && Validator::find("the HTML").is_none();
    assert!(nothing && page.is_none() && rows.is_none());
}

fn said(output: &Output) -> String {
    let both = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8(both).unwrap()
}

#[tokio::test]
async fn it_is_skipped_aloud() {
    let output = without_tools("").await;
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for (_, sentence) in TOLD {
        assert!(said.contains(&format!("skipped: {sentence}")), "{said}");
    }
}

#[tokio::test]
async fn what_is_required_fails() {
    for (tool, sentence) in TOLD {
        let output = without_tools(&format!("nginx,{tool}")).await;
        let said = said(&output);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains(sentence), "{said}");
        assert!(!said.contains(&format!("skipped: {sentence}")), "{said}");
    }
}

#[tokio::test]
async fn a_tool_that_there_is_not_is_a_mistake() {
    let output = without_tools("chrome").await;
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    let wanted = "HBNB_TEST_REQUIRE: there is no chrome, only axe, chromium,";
    assert!(said.contains(wanted), "{said}");
}
