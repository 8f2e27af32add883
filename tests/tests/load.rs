//! `hbnb load` against real servers, good and bad.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "load/flags.rs"]
mod flags;
#[path = "load/site.rs"]
mod site;
#[path = "load/tls.rs"]
mod tls;
#[path = "load/writes.rs"]
mod writes;

use std::time::Duration;

use rig::Visits;
use site::{LIMIT, Site, at_least, load, sum};

#[tokio::test]
async fn a_rate_is_kept() {
    let site = Site::new(&[]).await;
    let run = site.load(&["--rate", "20", "--duration", "2s"]).await;
    assert_eq!(run.code, 0, "{}", run.said);
    let report = &run.report;
    assert_eq!(report["total"]["requests"], 40);
    assert_eq!(report["total"]["failed"], 0, "{report:#}");
    assert_eq!(report["total"]["rate"], 20.0);
    assert_eq!(report["rate"], 20.0);
    assert_eq!(report["duration_s"], 2.0);
    assert_eq!(report["interrupted"], false);
    assert_eq!(report["unfinished"], 0);
    assert_eq!(sum(&run, "/journeys"), 40);
    assert_eq!(sum(&run, "/seconds"), 40);
    for journey in report["journeys"].as_array().unwrap() {
        assert!(["browse", "filter", "open"].contains(&journey["journey"].as_str().unwrap()));
        let latency = &journey["latency_ms"];
        let at = |name| latency[name].as_f64().unwrap();
        assert!(at("p50") > 0.0 && at("p50") <= at("p90") && at("p99") <= at("p99.9"));
        assert!(at("p99.9") <= at("max"), "{latency}");
    }
    // What it asked to learn the site is counted by the server, and by nobody else.
    assert!(site.answered().await >= 40.0);
}

#[tokio::test]
async fn requests_go_on_while_the_site_stands_still() {
    let site = Site::new(&[("HBNB_FAULTS", "true")]).await;
    let args = ["--rate", "20", "--duration", "3s"];
    let stall = async {
        site.until_visited().await;
        site.order("PUT", "/faults/stuck?for=1s").await;
    };
    let (run, ()) = tokio::join!(site.load(&args), stall);
    assert_eq!(run.report["total"]["requests"], 60);
    // A third of them was due in that second. Whoever had waited for an answer would have seen one slow one.
    at_least(&run.report["total"]["latency_ms"]["p90"], 300.0);
    at_least(&run.report["total"]["latency_ms"]["max"], 700.0);
}

#[tokio::test]
async fn users_wait_for_a_site_that_stands_still() {
    let site = Site::new(&[("HBNB_FAULTS", "true")]).await;
    let args = ["--users", "3", "--think", "10ms", "--duration", "2s"];
    let stall = async {
        site.until_visited().await;
        site.order("PUT", "/faults/latency?value=2s&for=10s").await;
    };
    let (run, ()) = tokio::join!(site.load(&args), stall);
    assert_eq!(run.report["users"], 3);
    assert_eq!(run.report["rate"], serde_json::Value::Null);
    // All three are in their last request then, and are waited for.
    at_least(&run.report["total"]["latency_ms"]["max"], 1_900.0);
    assert_eq!(run.report["total"]["failed"], 0);
    assert_eq!(sum(&run, "/seconds"), run.total().unwrap().0);
}

#[tokio::test]
async fn requests_that_find_no_room_are_dropped() {
    let site = Site::new(&[("HBNB_FAULTS", "true")]).await;
    let args = [
        "--rate",
        "50",
        "--duration",
        "2s",
        "--max-in-flight",
        "5",
        "--fail-on",
        "dropped>0,p50<1ms",
    ];
    let stall = async {
        site.until_visited().await;
        site.order("PUT", "/faults/latency?value=5s&for=30s").await;
    };
    let (run, ()) = tokio::join!(site.load(&args), stall);
    assert_eq!(run.code, 1);
    let total = &run.report["total"];
    assert_eq!(total["requests"], 100);
    at_least(&total["causes"]["dropped"], 20.0);
    assert_eq!(total["failed"], total["causes"]["dropped"]);
    let told = "hbnb: the run failed on dropped>0 (it is ";
    assert!(
        run.said.contains(told) && !run.said.contains("p50<1ms"),
        "{}",
        run.said
    );
    let conditions = &run.report["conditions"];
    assert_eq!(conditions[0]["condition"], "dropped>0");
    assert_eq!(conditions[0]["failed"], true);
    assert_eq!(conditions[1]["failed"], false);
}

#[tokio::test]
async fn errors_are_counted_by_their_status() {
    let site = Site::new(&[("HBNB_FAULTS", "true")]).await;
    let args = [
        "--rate",
        "20",
        "--duration",
        "2s",
        "--fail-on",
        "errors>100%",
        "--fail-on",
        "errors>0",
    ];
    let trouble = async {
        site.until_visited().await;
        site.order("PUT", "/faults/errors?value=1").await;
    };
    let (run, ()) = tokio::join!(site.load(&args), trouble);
    assert_eq!(run.code, 1);
    let failed = &run.report["total"]["failed"];
    at_least(failed, 1.0);
    assert_eq!(&run.report["total"]["causes"]["status 500"], failed);
    let failures = &run.report["failures"][0];
    assert_eq!(
        (&failures["cause"], &failures["count"]),
        (&"status 500".into(), failed)
    );
    at_least(&failures["last_s"], failures["first_s"].as_f64().unwrap());
    let told = format!("hbnb: the run failed on errors>0 (it is {failed}.0)\n");
    assert!(run.said.ends_with(&told), "{}", run.said);
    assert_eq!(run.report["conditions"][0]["failed"], false);
}

#[tokio::test]
async fn a_server_that_goes_away() {
    let mut site = Site::new(&[]).await;
    let base = site.base().to_owned();
    let args = [
        "--url",
        &base,
        "--rate",
        "20",
        "--duration",
        "2s",
        "--timeout",
        "5s",
    ];
    let running = Visits::begin(&args, &[]).unwrap();
    site.until_visited().await;
    site.kill();
    let run = running.end(LIMIT).await.unwrap();
    assert_eq!(run.code, 0, "{}", run.said);
    assert_eq!(run.report["total"]["requests"], 40);
    at_least(&run.report["total"]["causes"]["connect"], 10.0);
    let said = run.report["failures"][0]["example"].as_str().unwrap();
    assert!(said.contains("refused"), "{said}");
}

#[tokio::test]
async fn nobody_there_and_nothing_to_see() {
    let base = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", free.local_addr().unwrap())
    };
    let run = load(&["--url", &base], &[]).await;
    assert_eq!(run.code, 1);
    let refused = "Connection refused (os error 111)";
    let told = format!("hbnb: {base} cannot be visited: GET /: {refused}\n");
    assert_eq!(run.said, told);

    let site = Site::empty().await;
    let run = site.load(&[]).await;
    assert_eq!(run.code, 1);
    let told = format!(
        "hbnb: {} cannot be visited: it has no places; hbnb demo makes some\n",
        site.base()
    );
    assert_eq!(run.said, told);
    let run = site
        .load(&["--allow-empty", "--duration", "1s", "--users", "1"])
        .await;
    assert_eq!(run.code, 0, "{}", run.said);
    let journeys = run.report["journeys"].as_array().unwrap();
    assert_eq!(journeys.len(), 1);
    assert_eq!(journeys[0]["journey"], "browse");
    let run = load(&["--url", site.admin()], &[]).await;
    assert_eq!(run.code, 1);
    let told = " cannot be visited: GET / is answered with 404\n";
    assert!(run.said.ends_with(told), "{}", run.said);
}

#[tokio::test]
async fn connections_are_kept_or_not() {
    let site = Site::new(&[]).await;
    let run = site.load(&["--users", "2", "--duration", "1s"]).await;
    let kept = site.connections().await;
    at_least(&run.report["total"]["requests"], 10.0);
    assert!(kept <= 3.0, "{kept} connections");
    let run = site
        .load(&["--users", "2", "--duration", "1s", "--fresh"])
        .await;
    assert_eq!(run.report["total"]["failed"], 0, "{:#}", run.report);
    let fresh = site.connections().await - kept;
    assert!(
        fresh >= run.total().unwrap().0 as f64,
        "{fresh} connections"
    );
}

#[tokio::test]
async fn interrupted_it_tells_what_it_has() {
    let site = Site::new(&[]).await;
    let mut run = site.begin(&["--rate", "20", "--duration", "1h"]);
    // Without a terminal the first line comes after 5 s.
    run.until_says(" of 3600 s: ", LIMIT).await.unwrap();
    run.signal("INT").unwrap();
    let status = run.wait(Duration::from_secs(5)).await.unwrap();
    let said = run.logs();
    assert_eq!(status.code(), Some(0), "{said}");
    for part in [
        ": 20 requests/s for ",
        " s, ended early",
        "\ntotal ",
        " 0 failed, ",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
}
