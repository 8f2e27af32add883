//! Things break, one after another, while somebody writes. The site says so at once, is well again soon after the cause has
//! ended, and keeps whatever it has said to be written.

use crate::alarms::Alarms;
use crate::reader::Reader;
use crate::world::{PATIENCE, address, can_have, kill, site};
use crate::writer::{AT_ONCE, is_well, keeps_what_was_told};
use rig::http::{get, send};
use rig::{Compose, Writer, announce, docker, inspect, until};
use std::time::{Duration, Instant};

/// The alert for a database that is out of reach.
const DOWN: &str = "HbnbDatabaseDown";

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_told_and_heal() {
    if !can_have("faults of containers") {
        return;
    }
    let (mut compose, alarms) = Alarms::beside(site().env("HBNB_FAULTS", "true"));
    compose.up(&[]).await.unwrap();
    let writer = Writer::begin(&compose.base());
    let reader = Reader::begin(&compose.base());

    the_api_is_killed(&compose, &alarms).await;
    the_database_is_killed(&compose, &alarms).await;
    the_database_is_paused(&compose, &alarms).await;
    the_network_is_cut(&compose, &alarms).await;
    the_api_runs_out_of_memory(&compose, &alarms).await;
    reader.was_well_told().await;
    // Whoever asks one that is stuck waits for its end.
    the_api_is_stuck(&compose).await;

    keeps_what_was_told(writer, &compose).await;
}

async fn the_api_is_killed(compose: &Compose, alarms: &Alarms) {
    let api = compose.container("api").await.unwrap();
    for _ in 0..2 {
        let begun = alarms.api_begun().await;
        kill(&api).await;
        is_well(compose, "after the API was killed").await;
        alarms.see_the_api_begin(begun).await;
    }
    alarms.fires("HbnbRestarts").await;
    alarms.resolves("HbnbRestarts").await;
}

async fn the_database_is_killed(compose: &Compose, alarms: &Alarms) {
    let database = compose.container("db").await.unwrap();
    docker(&["kill", &database]).await.unwrap();
    is_in_trouble(compose, "without a database", 503).await;
    alarms.fires(DOWN).await;
    docker(&["start", &database]).await.unwrap();
    let answers = async || {
        let ready = ["exec", "-T", "db", "pg_isready", "-q", "-h", "127.0.0.1"];
        Ok(compose.try_run(&ready).await?.status.success())
    };
    until("the database answers", PATIENCE, answers)
        .await
        .unwrap();
    is_well(compose, "after the database is back").await;
    alarms.resolves(DOWN).await;
}

async fn the_database_is_paused(compose: &Compose, alarms: &Alarms) {
    let database = compose.container("db").await.unwrap();
    docker(&["pause", &database]).await.unwrap();
    let paused = Instant::now();
    is_in_trouble(compose, "with a database that stands still", 503).await;
    alarms.fires(DOWN).await;
    let long = async || Ok(paused.elapsed() > Duration::from_secs(10));
    until("ten seconds", PATIENCE, long).await.unwrap();
    docker(&["unpause", &database]).await.unwrap();
    is_well(compose, "after the database goes on").await;
    alarms.resolves(DOWN).await;
}

async fn the_network_is_cut(compose: &Compose, alarms: &Alarms) {
    let database = compose.container("db").await.unwrap();
    let back = format!("{}_back", compose.project());
    docker(&["network", "disconnect", &back, &database])
        .await
        .unwrap();
    is_in_trouble(compose, "without the network between", 503).await;
    alarms.fires(DOWN).await;
    let alias = ["network", "connect", "--alias", "db", &back, &database];
    docker(&alias).await.unwrap();
    is_well(compose, "after the network is back").await;
    alarms.resolves(DOWN).await;
}

async fn the_api_runs_out_of_memory(compose: &Compose, alarms: &Alarms) {
    let api = compose.container("api").await.unwrap();
    for _ in 0..2 {
        let (begun, before) = (alarms.api_begun().await, restarts(&api).await);
        order(compose, &api, "/faults/memory?value=1GiB&for=1m").await;
        let killed = async || Ok(restarts(&api).await > before);
        until("the kernel ends the API", PATIENCE, killed)
            .await
            .unwrap();
        is_well(compose, "after the API ran out of memory").await;
        alarms.see_the_api_begin(begun).await;
    }
    alarms.fires("HbnbRestarts").await;
    alarms.resolves("HbnbRestarts").await;
}

/// Docker restarts nothing that is merely unhealthy: the program ends itself.
async fn the_api_is_stuck(compose: &Compose) {
    let api = compose.container("api").await.unwrap();
    let before = restarts(&api).await;
    order(compose, &api, "/faults/stuck?for=5m").await;
    let stuck = Instant::now();
    let ended = async || Ok(restarts(&api).await > before);
    until("the stuck API ends itself", PATIENCE, ended)
        .await
        .unwrap();
    announce(&format!(
        "a stuck API ended itself after {:.1?}",
        stuck.elapsed()
    ));
    assert!(stuck.elapsed() < Duration::from_secs(20), "{stuck:?}");
    is_well(compose, "after the API was stuck").await;
}

async fn restarts(container: &str) -> u64 {
    let told = inspect(container).await.unwrap();
    told["RestartCount"].as_u64().unwrap()
}

/// Puts trouble on, at the admin listener, which only the host and the networks of the project reach.
async fn order(compose: &Compose, container: &str, fault: &str) {
    let admin = format!("http://{}:9090", address(compose, container, "front").await);
    // One that is stuck at once may not answer.
    let _ = send(&admin, "PUT", fault, &[], None, Duration::from_secs(2)).await;
}

/// Every page and every call is answered soon, by a status that says what is wrong, and by no inner text.
async fn is_in_trouble(compose: &Compose, what: &str, wanted: u16) {
    let told = async || Ok(get(&compose.base(), "/api/v1/states").await?.status == wanted);
    until(what, PATIENCE, told).await.unwrap();
    for path in ["/api/v1/states", "/", "/states_list", "/api/v1/stats"] {
        let asked = Instant::now();
        let reply = get(&compose.base(), path).await.unwrap();
        assert!(
            (502..=504).contains(&reply.status),
            "{what}: {path}: {}",
            reply.status
        );
        assert!(
            asked.elapsed() < AT_ONCE,
            "{what}: {path}: {:?}",
            asked.elapsed()
        );
        let text = reply.text();
        assert!(
            !text.contains("sqlx") && !text.contains("10.") && !text.contains("db:"),
            "{text}"
        );
    }
    // What needs no database is as it was.
    let style = get(&compose.base(), "/static/styles/4-common.css")
        .await
        .unwrap();
    assert_eq!(style.status, 200, "{what}");
}
