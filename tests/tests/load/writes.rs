//! Reviews are written when that is asked for.

use super::{Site, at_least, load};

const AUTHOR: &str = "hbnb-load@example.com";

async fn reviews(site: &Site) -> u64 {
    site.ask("/api/v1/stats").await["reviews"].as_u64().unwrap()
}

#[tokio::test]
async fn every_review_that_counts_as_good_is_there() {
    let site = Site::new(&[]).await;
    let before = reviews(&site).await;
    site.load(&["--users", "2", "--duration", "1s"]).await;
    assert_eq!(reviews(&site).await, before);
    let args = [
        "--writes",
        "--journeys",
        "review=1",
        "--rate",
        "20",
        "--duration",
        "1s",
    ];
    let run = site.load(&args).await;
    assert_eq!(run.report["total"]["failed"], 0, "{:#}", run.report);
    let steps = run.report["journeys"][0]["steps"].as_array().unwrap();
    let sent = steps.iter().find(|step| step["step"] == "send").unwrap();
    assert_eq!(sent["requests"], 10);
    assert_eq!(reviews(&site).await - before, 10);
    let author = site.ask(&format!("/api/v1/users?email={AUTHOR}")).await;
    assert_eq!(author[0]["email"], AUTHOR);
}

#[tokio::test]
async fn a_site_with_a_token_wants_it() {
    let token = [("HBNB_API_TOKEN", "op3n")];
    let site = Site::new(&token).await;
    let before = reviews(&site).await;
    let own = ["--url", site.base(), "--rate", "20", "--duration", "1s"];
    let args = [&own[..], &["--writes", "--journeys", "review=1"]].concat();
    let run = load(&args, &[]).await;
    assert_eq!(
        run.report["total"]["causes"]["status 401"], 10,
        "{:#}",
        run.report
    );
    assert_eq!(reviews(&site).await, before);
    let run = load(&args, &token).await;
    assert_eq!(run.report["total"]["failed"], 0, "{:#}", run.report);
    assert_eq!(reviews(&site).await - before, 10);
    at_least(&run.report["total"]["bytes"], 1_000.0);
}
