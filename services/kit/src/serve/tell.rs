//! What a server tells its supervisor of itself.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::sleep;

use crate::admin::Health;
use crate::notify::{Notifier, State};

/// When to tell again what the supervisor's queue had no room for.
const AGAIN: Duration = Duration::from_millis(100);
/// What comes after a drain: the database is closed, the last spans and lines are written.
const CLOSING: Duration = Duration::from_secs(5);

/// Tells that the server is not ready yet.
pub(super) fn tell_start(notifier: &Notifier) {
    notifier.send(&[State::Status("not ready: starting")]);
}

/// Tells once that the server, which accepts, is ready, and from then on what the ready probe says, whenever that changes.
pub(super) async fn tell_changes(notifier: &Notifier, health: &Health) -> Infallible {
    let mut changes = health.changes();
    let (mut ready, mut told) = (false, String::new());
    loop {
        changes.borrow_and_update();
        let reason = health.why_not();
        let becomes_ready = !ready && reason.is_none();
        let status = match reason {
            None => "ready".to_owned(),
            Some(reason) => format!("not ready: {reason}"),
        };
        if status != told {
            let states = [State::Ready, State::Status(&status)];
            let news = if becomes_ready { &states } else { &states[1..] };
            if !notifier.send(news) {
                sleep(AGAIN).await;
                continue;
            }
            ready |= becomes_ready;
            told = status;
        }
        // Its sender is a part of `health`, so there is always another.
        let _ = changes.changed().await;
    }
}

/// Tells that the server ends, and how long that may take.
pub(super) fn tell_end(notifier: &Notifier, drain: Duration) {
    notifier.send(&[
        State::Stopping,
        State::Status("draining"),
        State::ExtendTimeout(drain.saturating_add(CLOSING)),
    ]);
}
