//! Alerts in a real Prometheus, with the rules of the project and shorter times: trouble makes them fire, its end ends them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::http::{get, send};
use rig::rules::in_a_hurry;
use rig::{Binary, Cgroup, Prometheus, Scraper, Server, run, skipped, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(90);
/// The memory of the server, and what of it is taken: more than nine tenths.
const LIMIT: u64 = 400 << 20;
const MORE: &str = "370MiB";
/// How many requests there are between two looks.
const REQUESTS: usize = 5;

/// Alerts by the fault that makes them fire, with a value of it. First what is a part of few requests, and slow.
const TROUBLE: [(&str, &str, &[&str]); 4] = [
    ("latency", "300ms", &["HbnbLatencyBurnFast"]),
    ("errors", "0.5", &["HbnbAvailabilityBurnFast"]),
    ("not_ready", "", &["HbnbNotReady"]),
    ("database", "", &["HbnbDatabaseDown", "HbnbNotReady"]),
];

async fn api(folder: &TempDir, group: Option<&Cgroup>) -> Server {
    let url = "sqlite:hbnb.db";
    let hbnb = Binary::named("hbnb").unwrap();
    let migrated = run(
        &hbnb,
        &["migrate", "--database-url", url],
        &[],
        folder.path(),
    )
    .await;
    assert!(migrated.unwrap().status.success());
    let binary = Binary::named("hbnb-api").unwrap();
    let args = [
        "--database-url",
        url,
        "--watchdog",
        "1s",
        "--drain-delay",
        "0",
    ];
    let envs = [("HBNB_FAULTS", "true")];
    let server = match group {
        Some(group) => group.start(&binary, &args, &envs, folder.path()).await,
        None => Server::start(&binary, &args, &envs, folder.path()).await,
    };
    server.unwrap()
}

async fn order(server: &Server, method: &str, fault: &str) {
    let path = format!("/faults/{fault}");
    let reply = send(server.admin(), method, &path, &[], None, PATIENCE);
    let reply = reply.await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// Waits until the alert fires, or does not; asks the server meanwhile, as users do.
async fn until_it(prometheus: &Scraper, alert: &str, fires: bool, server: &Server) {
    let what = format!("{alert} fires: {fires}");
    until(&what, PATIENCE, async || {
        for _ in 0..REQUESTS {
            get(server.base(), "/api/v1/states").await?;
        }
        Ok(prometheus.fires(alert).await? == fires)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn trouble_is_told_and_its_end_too() {
    let Some(prometheus) = Prometheus::find("alerts in a real Prometheus") else {
        return;
    };
    let (folder, rules) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let group = Cgroup::limited_to(LIMIT);
    let server = api(&folder, group.as_ref().ok()).await;
    let config = in_a_hurry(rules.path(), "hbnb-api", server.admin()).unwrap();
    let prometheus = prometheus.start(&config).await.unwrap();
    until("it is scraped", PATIENCE, async || {
        Ok(prometheus.ask("service_ready").await == Some(1.0))
    })
    .await
    .unwrap();
    let mut trouble: Vec<(&str, &str, &[&str])> = TROUBLE.to_vec();
    match &group {
        Ok(_) => trouble.push(("memory", MORE, &["HbnbMemoryNearLimit"])),
        Err(why) => skipped("the alert about memory", why),
    }
    for (fault, value, alerts) in trouble {
        order(&server, "PUT", &format!("{fault}?for=10m&value={value}")).await;
        for alert in alerts {
            until_it(&prometheus, alert, true, &server).await;
        }
        order(&server, "DELETE", fault).await;
        for alert in alerts {
            until_it(&prometheus, alert, false, &server).await;
        }
    }
    for alert in ["HbnbRestarts", "HbnbMigrationMissing", "HbnbPoolExhausted"] {
        assert!(!prometheus.fires(alert).await.unwrap(), "{alert}");
    }
}

/// The services that are not scraped here are missing from the start, the API only once it is stuck and has ended.
#[tokio::test]
async fn what_ended_is_missed() {
    let Some(prometheus) = Prometheus::find("a target that ends") else {
        return;
    };
    let (folder, rules) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut server = api(&folder, None).await;
    let config = in_a_hurry(rules.path(), "hbnb-api", server.admin()).unwrap();
    let prometheus = prometheus.start(&config).await.unwrap();
    let missing = async || {
        let data = prometheus.data("/api/v1/alerts").await?;
        let alerts = data["alerts"].as_array().into_iter().flatten();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        let jobs = firing.filter_map(|alert| alert["labels"]["job"].as_str().map(str::to_owned));
        anyhow::Ok(jobs.collect::<Vec<_>>())
    };
    // Before its first scrape the API is, too.
    until("only others are missing", PATIENCE, async || {
        let jobs = missing().await?;
        let is_missing = |job: &str| jobs.iter().any(|one| one == job);
        Ok(is_missing("hbnb-web") && !is_missing("hbnb-api"))
    })
    .await
    .unwrap();
    order(&server, "PUT", "stuck?for=10m").await;
    assert_eq!(server.wait(PATIENCE).await.unwrap().code(), Some(70));
    until("the API is missing", PATIENCE, async || {
        Ok(missing().await?.iter().any(|job| job == "hbnb-api"))
    })
    .await
    .unwrap();
}
