//! A server that does nothing for a while.

use crate::process::{descendants, signal};
use anyhow::Result;

/// Processes that are stopped, and go on when this is dropped.
#[derive(Debug)]
pub struct Paused(Vec<u32>);

impl Paused {
    pub(super) fn all(parent: u32) -> Result<Self> {
        // The parent first, so that it has no new children.
        let mut paused = Self(vec![parent]);
        signal(&parent.to_string(), "STOP")?;
        for child in descendants(parent) {
            // One that has just ended needs no pause.
            if signal(&child.to_string(), "STOP").is_ok() {
                paused.0.push(child);
            }
        }
        Ok(paused)
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        for process in &self.0 {
            let _ = signal(&process.to_string(), "CONT");
        }
    }
}
