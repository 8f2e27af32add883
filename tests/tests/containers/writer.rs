//! Somebody who writes, and how it is told that the site is well.

use crate::world::{PATIENCE, health, sql};
use rig::http::{get, send};
use rig::{Compose, announce, until};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How long an answer may take, whatever is broken.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(5);
/// How long after the end of its cause trouble may last.
const SOON: Duration = Duration::from_secs(5);
/// From one write to the next.
const PAUSE: Duration = Duration::from_millis(50);

/// Pages, reading and writing, soon.
pub(crate) async fn is_well(compose: &Compose, what: &str) {
    let begun = Instant::now();
    let well = async || {
        for path in ["/", "/api/v1/states"] {
            if !get(&compose.base(), path)
                .await
                .is_ok_and(|reply| reply.status == 200)
            {
                return Ok(false);
            }
        }
        Ok(write(&compose.base(), "Well").await == Some(201))
    };
    until(what, PATIENCE, well).await.unwrap();
    let took = begun.elapsed();
    announce(&format!("well {what}: {took:.1?}"));
    assert!(took < SOON, "{what}: {took:?}");
    let api = compose.container("api").await.unwrap();
    let healthy = async || Ok(health(&api).await == "healthy");
    until("healthy again", PATIENCE, healthy).await.unwrap();
}

pub(crate) async fn write(base: &str, name: &str) -> Option<u16> {
    let body = json!({"name": name}).to_string().into_bytes();
    let json = [("content-type", "application/json")];
    let reply = send(base, "POST", "/api/v1/states", &json, Some(body), AT_ONCE).await;
    reply.ok().map(|reply| reply.status)
}

/// Somebody who writes all the time, and remembers what was said to be written.
pub(crate) struct Writer {
    task: JoinHandle<()>,
    told: Arc<Mutex<Vec<String>>>,
    ends: Arc<AtomicBool>,
}

impl Writer {
    pub(crate) fn begin(base: &str) -> Writer {
        let (told, ends) = (
            Arc::<Mutex<Vec<String>>>::default(),
            Arc::new(AtomicBool::new(false)),
        );
        let (base, kept, end) = (base.to_owned(), Arc::clone(&told), Arc::clone(&ends));
        let task = tokio::spawn(async move {
            let mut number = 0;
            while !end.load(Ordering::Relaxed) {
                let name = format!("Written {number}");
                if write(&base, &name).await == Some(201) {
                    kept.lock().unwrap().push(name);
                }
                number += 1;
                tokio::time::sleep(PAUSE).await;
            }
        });
        Writer { task, told, ends }
    }

    /// Each write that was answered is there.
    pub(crate) async fn keeps_what_was_told(self, compose: &Compose) {
        self.ends.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        let written = std::mem::take(&mut *self.told.lock().unwrap());
        let kept = sql(compose, "SELECT name FROM states").await;
        let kept: BTreeSet<&str> = kept.lines().collect();
        let lost: Vec<&String> = written
            .iter()
            .filter(|name| !kept.contains(&***name))
            .collect();
        announce(&format!(
            "{} answered writes through it all, {} lost",
            written.len(),
            lost.len()
        ));
        assert!(written.len() > 20 && lost.is_empty(), "{lost:?}");
    }
}
