//! Somebody who writes to the API all the time, and remembers what was said to be written.

use crate::http::send;
use anyhow::Result;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long an answer may take, whatever is broken.
const AT_ONCE: Duration = Duration::from_secs(5);
/// From one write to the next, where there is not much time.
const PAUSE: Duration = Duration::from_millis(50);

/// Makes states, one after another.
#[derive(Debug)]
pub struct Writer {
    task: JoinHandle<Written>,
    ends: Arc<AtomicBool>,
}

/// What has become of the writes.
#[derive(Debug, Default)]
pub struct Written {
    /// The names of the states that were said to be made.
    pub told: Vec<String>,
    /// How many writes had another answer, or none.
    pub refused: usize,
}

impl Writer {
    pub fn begin(base: &str) -> Self {
        Self::begin_with(base, PAUSE)
    }

    /// The same with so long from one write to the next: each makes all pages longer that have a list of the states.
    pub fn begin_with(base: &str, pause: Duration) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let (base, end) = (base.to_owned(), Arc::clone(&ends));
        let task = tokio::spawn(async move {
            let mut written = Written::default();
            while !end.load(Ordering::Relaxed) {
                let name = format!("Written {}", written.told.len() + written.refused);
                match write(&base, &name).await {
                    Some(201) => written.told.push(name),
                    _ => written.refused += 1,
                }
                tokio::time::sleep(pause).await;
            }
            written
        });
        Self { task, ends }
    }

    /// Lets the last write have its answer.
    pub async fn end(self) -> Result<Written> {
        self.ends.store(true, Ordering::Relaxed);
        Ok(self.task.await?)
    }
}

impl Written {
    /// Those that are not among the names that there are, one a line.
    pub fn lost(&self, kept: &str) -> Vec<&String> {
        let kept: std::collections::BTreeSet<&str> = kept.lines().collect();
        let told = self.told.iter();
        told.filter(|name| !kept.contains(name.as_str())).collect()
    }
}

/// Makes a state of this name; the status of the answer, if there is one.
pub async fn write(base: &str, name: &str) -> Option<u16> {
    let body = json!({"name": name}).to_string().into_bytes();
    let json = [("content-type", "application/json")];
    let reply = send(base, "POST", "/api/v1/states", &json, Some(body), AT_ONCE).await;
    reply.ok().map(|reply| reply.status)
}
