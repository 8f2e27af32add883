//! A schema that is newer than the program.

use crate::world::{OURS, can_have, health, plays, site, sql, until_healthy};
use rig::{docker, inspect, logs, until};
use std::time::{Duration, Instant};

/// What a later release would add: additive, so the mark stays.
const MIGRATION: &str = "ALTER TABLE places ADD COLUMN pets integer NOT NULL DEFAULT 0;
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9000, 'made up', true, '\\x00', 0)";

#[tokio::test(flavor = "multi_thread")]
async fn a_release_runs_on_the_schema_of_the_next() {
    if !can_have("a newer schema in containers") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    sql(&compose, MIGRATION).await;
    plays(&compose.base(), "on a newer schema").await;

    // A restart, and a whole new start: the roll-back.
    let api = compose.container("api").await.unwrap();
    docker(&["restart", &api]).await.unwrap();
    until_healthy(&api).await;
    compose.run(&["down"]).await.unwrap();
    compose.up(&[]).await.unwrap();
    plays(&compose.base(), "after a roll-back onto a newer schema").await;
    let warned = compose.logs("api").await.unwrap();
    assert!(warned.contains("newer"), "{warned}");

    // Until the mark says that this program is too old.
    sql(&compose, "UPDATE hbnb_schema SET oldest_program = 9000").await;
    let output = compose.try_up(&["--force-recreate"]).await.unwrap();
    assert!(!output.status.success());
    let told = compose.logs("migrate").await.unwrap();
    assert!(
        told.contains("no longer admits this program") && told.contains("9000"),
        "{told}"
    );
    assert_eq!(told.trim().lines().count(), 1, "{told}");

    // And of those that run, one that restarts says so, and does not loop fast.
    let api = compose.container("api").await.unwrap();
    docker(&["start", &api]).await.unwrap();
    let begun = Instant::now();
    let tried = async || {
        let told = inspect(&api).await?;
        Ok(told["RestartCount"].as_u64().unwrap_or_default() >= 5)
    };
    until("some tries", Duration::from_secs(60), tried)
        .await
        .unwrap();
    assert!(begun.elapsed() > Duration::from_secs(2), "a fast loop");
    let told = logs(&api).await.unwrap();
    let last = told.lines().last().unwrap();
    assert!(last.contains("no longer admits this program"), "{last}");
    assert!(OURS.contains(&"api") && health(&api).await != "healthy");
}
