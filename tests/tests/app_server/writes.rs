//! Writes through all workers at once into one database.

use std::collections::BTreeSet;

use rig::http::get;
use rig::process::signal;
use rig::writer::write;
use rig::{Site, Storage, announce, until};
use tokio::task::JoinSet;

use crate::LIMIT;

const WRITERS: usize = 8;
const WRITES: usize = 40;
/// Of all writers together, before each kill.
const BEFORE: f64 = 60.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    kill_and_look(Storage::sqlite().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let what = "writes through workers that are killed, on PostgreSQL";
    if let Some(storage) = Storage::postgres(what).unwrap() {
        kill_and_look(storage).await;
    }
}

/// Each write that was answered is there after two workers were killed, and each worker has written.
async fn kill_and_look(storage: Storage) {
    let site = Site::on(storage, &["--workers", "3", "--balance", "slots"], &[]).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let base = site.master.server.base().to_owned();
        writers.spawn(async move {
            let mut told = BTreeSet::new();
            for number in 0..WRITES {
                let name = format!("{writer} has written {number}");
                if write(&base, &name).await == Some(201) {
                    told.insert(name);
                }
            }
            told
        });
    }
    for slot in [1, 2] {
        let written = BEFORE * slot as f64;
        until("some are written", LIMIT, async || {
            let metrics = site.master.server.scrape().await?;
            let series =
                r#"http_requests_total{method="POST",route="/api/v1/states",status="2xx"}"#;
            Ok(metrics.figure(series).unwrap_or_default() >= written)
        })
        .await
        .unwrap();
        let status = site.master.status().await.unwrap();
        let worker = status.worker(slot).unwrap();
        assert!(worker.requests > 0, "{status:?}");
        signal(&worker.pid.to_string(), "KILL").unwrap();
    }
    let told: BTreeSet<String> = writers.join_all().await.into_iter().flatten().collect();
    let refused = WRITERS * WRITES - told.len();
    announce(&format!(
        "writes of {WRITERS} at once: {} answered, {refused} not",
        told.len()
    ));
    // Only those that a killed worker was at, at most one of each writer; or that met one that had just died.
    assert!(refused <= 2 * 2 * WRITERS, "{refused}");
    let states = get(site.master.server.base(), "/api/v1/states")
        .await
        .unwrap();
    let states = states.json().unwrap();
    let kept: BTreeSet<String> = states
        .as_array()
        .unwrap()
        .iter()
        .map(|state| state["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        told.difference(&kept).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    site.master.until_settled(LIMIT).await.unwrap();
}
