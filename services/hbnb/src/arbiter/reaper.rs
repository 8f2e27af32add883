//! Children that have ended: workers, and strangers that were left to a process with the number 1.

use std::convert::Infallible;

use rustix::process::{WaitOptions, wait};
use tokio::signal::unix::Signal;

use super::ended::How;
use super::fleet::Fleet;

/// Takes the end of every child, for as long as it is polled. `ended` is SIGCHLD.
pub(crate) async fn reap(fleet: &Fleet, mut ended: Signal) -> Infallible {
    loop {
        // Several that end at once send one signal; before the first some may have ended already.
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let how = How::of(status);
            match fleet.take(pid) {
                Some(worker) => fleet.worker_ended(&worker, how),
                None => {
                    tracing::debug!(pid = pid.as_raw_nonzero(), %how, "a stranger's end was taken");
                }
            }
        }
        // It is never the last.
        ended.recv().await;
    }
}
